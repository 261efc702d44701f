// What becomes of every request, for those who care whether the box answers at all.

const listeners = new Set<(answered: boolean) => void>();

/** A request was answered, whatever the answer; or it was given up without one. */
export function heard(answered: boolean): void {
  listeners.forEach((listener) => listener(answered));
}

export function whenHeard(listener: (answered: boolean) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

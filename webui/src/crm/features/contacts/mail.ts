// Who to write to. What is typed as an address is kept whatever it is; a link is made only of one that mail can go to.

const ADDRESS = /^([^\s@<>",;:()[\]\\]+)@([^\s@.<>",;:()[\]\\]+(?:\.[^\s@.<>",;:()[\]\\]+)*)$/u;

/** Link that writes to an address as it was typed; null when it is none. */
export function written(typed: string): string | null {
  const [, name, host] = ADDRESS.exec(typed.trim()) ?? [];
  return name && host ? `mailto:${encodeURIComponent(name)}@${encodeURIComponent(host)}` : null;
}

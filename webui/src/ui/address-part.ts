// A part of the page's address, as it was before it was written there. The router leaves what parts addresses escaped:
// the colons of a network card, the slash of a network.
import { useParams } from "wouter";

export function useAddressPart(name: string): string {
  const params = useParams<Record<string, string | undefined>>();
  return partOf(params[name] ?? "");
}

export function partOf(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    // A percent sign that nobody escaped is one.
    return written;
  }
}

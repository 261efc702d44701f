// Whose copies pages are about: those of the CRM, or of the box itself.
import { createContext, use } from "react";

export type Whose = "crm" | "box";

export const WhoseCopies = createContext<Whose>("crm");

export function useWhose(): Whose {
  return use(WhoseCopies);
}

// Under which keys the answers about contacts are kept.

export const CONTACTS = ["contacts"];
/** Of the contacts, so that what renews those renews these. */
export const DELETED = [...CONTACTS, "deleted"];
export const contactKey = (id: string) => ["contact", id];
export const historyKey = (id: string) => ["contact", id, "history"];
export const erasureKey = (id: string) => ["contact", id, "erasure"];

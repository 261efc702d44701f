// The shapes both apps speak; the contract is api's OpenAPI document.

export interface Account {
  id: string;
  name: string;
  language: "en" | "zh-CN";
  timeZone: string;
  role: "admin" | "manager" | "staff";
}

export interface Session {
  account: Account;
  idleExpires: string;
  absoluteExpires: string;
}

export interface SessionEntry {
  id: string;
  device: string;
  address: string;
  created: string;
  lastSeen: string;
  current: boolean;
}

export interface TotpSetup {
  totpSecret: string;
  otpauthUri: string;
}

export interface LogEntry {
  seq: number;
  at: string;
  actor: { id: string; name: string } | null;
  action: string;
  outcome: "allowed" | "refused" | "missing";
  records: { table: string | number; id: string; label: string | null }[];
  count: number;
  reason: string | null;
  address: string | null;
  device: string | null;
}

/** How far the log has come, signed. */
export interface LogHead {
  line: string;
}

export interface LogPage {
  items: LogEntry[];
  next: string | null;
}

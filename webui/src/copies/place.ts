// Where copies lie, as it is typed: a restic REST server, a bucket of an object store, or a folder on an SFTP server. Pure.
import type { Problem } from "../api/problem";
import type { CopyBucket, CopySftp, CopyTarget } from "./api";

export const KINDS = ["rest", "sftp", "s3"] as const;
export const SIGN_INS = ["password", "key"] as const;
export const STYLES = ["virtual-host", "path"] as const;

/** All that is typed of a place; of what the kind has not, nothing is sent. */
export interface TypedPlace {
  kind: string;
  address: string;
  user: string;
  password: string;
  region: string;
  bucket: string;
  folder: string;
  style: string;
  hostKey: string;
  signIn: string;
  authority: string;
}

export function typedPlace(before: CopyTarget | null): TypedPlace {
  const bucket = before?.bucket ?? null;
  const sftp = before?.sftp ?? null;
  return {
    kind: kindOf(before),
    address: before?.address ?? "",
    user: before?.user ?? "",
    password: "",
    region: bucket?.region ?? "",
    bucket: bucket?.name ?? "",
    folder: bucket?.folder ?? sftp?.folder ?? "",
    style: bucket?.style ?? "virtual-host",
    hostKey: sftp?.hostKey ?? "",
    signIn: sftp?.signIn ?? "password",
    authority: before?.authority ?? "",
  };
}

export function kindOf(before: Pick<CopyTarget, "bucket" | "sftp"> | null): (typeof KINDS)[number] {
  if (before?.sftp) return "sftp";
  return before?.bucket ? "s3" : "rest";
}

/** Whether the box signs in with a key of its own, so that nobody types a password. */
export function isByKey({ kind, signIn }: { kind: string; signIn: string }): boolean {
  return kind === "sftp" && signIn === "key";
}

interface SentPlace {
  address: string;
  user: string;
  password?: string;
  bucket?: CopyBucket;
  sftp?: CopySftp;
  authority?: string;
}

export function sentPlace(typed: TypedPlace): SentPlace {
  const { kind, address, user, password, region, bucket, folder, style, hostKey, signIn, authority } = typed;
  return {
    address,
    user,
    ...(password === "" ? {} : { password }),
    ...(kind === "s3" ? { bucket: { region, name: bucket, folder, style: style as CopyBucket["style"] } } : {}),
    ...(kind === "sftp" ? { sftp: { folder, hostKey, signIn: signIn as CopySftp["signIn"] } } : {}),
    ...(kind === "sftp" || authority.trim() === "" ? {} : { authority }),
  };
}

/** Whether a sheet that was printed for the one says nothing of the other. */
export function isElsewhere(typed: TypedPlace, before: CopyTarget): boolean {
  const was = typedPlace(before);
  return typed.password !== "" || (Object.keys(was) as (keyof TypedPlace)[]).some((key) => typed[key] !== was[key]);
}

/** What is wrong with a bucket, or a folder on a server, stands at the field of it. */
export function toldOfPlace(problem: Problem): Partial<Record<"region" | "bucket" | "folder" | "style" | "hostKey", string>> {
  const at = (pointer: string) => problem.errors.find(({ field }) => field === pointer)?.message;
  return { region: at("/bucket/region"), bucket: at("/bucket/name"), folder: at("/bucket/folder") ?? at("/sftp/folder"), style: at("/bucket/style"), hostKey: at("/sftp/hostKey") };
}

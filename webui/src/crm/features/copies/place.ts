// Where copies lie, as it is typed: a restic REST server, or a bucket of an object store. Pure.
import type { Problem } from "../../../api/problem";
import type { CopyBucket, CopyTarget } from "../../api";

export const KINDS = ["rest", "s3"] as const;
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
  authority: string;
}

export function typedPlace(before: CopyTarget | null): TypedPlace {
  const bucket = before?.bucket ?? null;
  return {
    kind: bucket === null ? "rest" : "s3",
    address: before?.address ?? "",
    user: before?.user ?? "",
    password: "",
    region: bucket?.region ?? "",
    bucket: bucket?.name ?? "",
    folder: bucket?.folder ?? "",
    style: bucket?.style ?? "virtual-host",
    authority: before?.authority ?? "",
  };
}

interface SentPlace {
  address: string;
  user: string;
  password?: string;
  bucket?: CopyBucket;
  authority?: string;
}

export function sentPlace(typed: TypedPlace): SentPlace {
  const { kind, address, user, password, region, bucket, folder, style, authority } = typed;
  return {
    address,
    user,
    ...(password === "" ? {} : { password }),
    ...(kind === "s3" ? { bucket: { region, name: bucket, folder, style: style as CopyBucket["style"] } } : {}),
    ...(authority.trim() === "" ? {} : { authority }),
  };
}

/** Whether a sheet that was printed for the one says nothing of the other. */
export function isElsewhere(typed: TypedPlace, before: CopyTarget): boolean {
  const was = typedPlace(before);
  return typed.password !== "" || (Object.keys(was) as (keyof TypedPlace)[]).some((key) => typed[key] !== was[key]);
}

/** What is wrong with a bucket stands at the field of it. */
export function toldOfPlace(problem: Problem): Partial<Record<"region" | "bucket" | "folder" | "style", string>> {
  const at = (pointer: string) => problem.errors.find(({ field }) => field === pointer)?.message;
  return { region: at("/bucket/region"), bucket: at("/bucket/name"), folder: at("/bucket/folder"), style: at("/bucket/style") };
}

import { expect, test } from "vitest";
import { isByKey, isElsewhere, kindOf, sentPlace, toldOfPlace, typedPlace } from "../src/copies/place";
import type { CopyTarget } from "../src/copies/api";

const sftp = { folder: "copies/crm", hostKey: "SHA256:abc", signIn: "key" } as const;
const target = { address: "sftp://nas.example", user: "shop", bucket: null, sftp, authority: null } as CopyTarget;

test("what a kind of target has not is not sent", () => {
  const typed = { ...typedPlace(null), address: "a", user: "u", password: "p", region: "r", bucket: "b", folder: "f", hostKey: "k", authority: "pem" };
  expect(sentPlace({ ...typed, kind: "rest" })).toEqual({ address: "a", user: "u", password: "p", authority: "pem" });
  expect(sentPlace({ ...typed, kind: "sftp" })).toEqual({ address: "a", user: "u", password: "p", sftp: { folder: "f", hostKey: "k", signIn: "password" } });
  expect(sentPlace({ ...typed, kind: "s3" })).toEqual({ address: "a", user: "u", password: "p", authority: "pem", bucket: { region: "r", name: "b", folder: "f", style: "virtual-host" } });
});

test("a folder over SFTP is typed as it was saved", () => {
  const typed = typedPlace(target);
  expect(kindOf(target)).toBe("sftp");
  expect(sentPlace(typed)).toEqual({ address: "sftp://nas.example", user: "shop", sftp });
  expect(isByKey(typed)).toBe(true);
  expect(isByKey({ ...typed, kind: "rest" })).toBe(false);
  expect(isElsewhere(typed, target)).toBe(false);
  expect(isElsewhere({ ...typed, hostKey: "SHA256:other" }, target)).toBe(true);
});

test("what is wrong stands at its field, of a bucket or of a server", () => {
  const problem = (...fields: string[]) => ({ errors: fields.map((field) => ({ field, message: field })) }) as unknown as Parameters<typeof toldOfPlace>[0];
  expect(toldOfPlace(problem("/sftp/folder", "/sftp/hostKey"))).toMatchObject({ folder: "/sftp/folder", hostKey: "/sftp/hostKey" });
  expect(toldOfPlace(problem("/bucket/folder")).folder).toBe("/bucket/folder");
});

test("a bucket is elsewhere where another sheet would lead", () => {
  const bucket = { region: "eu-1", name: "copies", folder: "shop", style: "path" as const };
  const there = { address: "https://s3.example.net", user: "AKIA7", bucket, sftp: null, authority: null } as CopyTarget;
  const typed = typedPlace(there);
  expect(sentPlace(typed)).toEqual({ address: "https://s3.example.net", user: "AKIA7", bucket });
  expect(isElsewhere(typed, there)).toBe(false);
  expect(isElsewhere({ ...typed, region: "eu-2" }, there)).toBe(true);
  expect(isElsewhere({ ...typed, password: "x" }, there)).toBe(true);
});

import { afterEach, expect, test, vi } from "vitest";
import { call, JsonText, read } from "../src/api/client";

afterEach(() => vi.unstubAllGlobals());

const answers = (body: string | null, status = 200, type = "application/json") =>
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status, headers: { "content-type": type } })));

test("null is no answer to what is read, nor is what is not JSON", async () => {
  for (const [body, type] of [["null", "application/json"], ["<html>", "text/html"], ["{", "application/json"]] as const) {
    answers(body, 200, type);
    await expect(read("/start")).rejects.toMatchObject({ code: "unexpected", reading: true });
  }
  answers(null, 204);
  expect((await call("POST", "/lock")).data).toBeNull();
});

test("a problem knows whether something was only asked for", async () => {
  answers("{}", 502);
  await expect(read("/start")).rejects.toMatchObject({ status: 502, reading: true });
  await expect(call("POST", "/lock")).rejects.toMatchObject({ status: 502, reading: false });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("cable")));
  await expect(read("/start")).rejects.toMatchObject({ code: "network", reading: true });
});

test("JSON that is sent as it is written stays so, beside other members", async () => {
  let sent: unknown;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    sent = init.body;
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  await call("POST", "/settings/preview", { body: { document: new JsonText('{"a": 1, "a": 2, "n": 1e999}'), reason: "a \"b\"", none: undefined } });
  expect(sent).toBe('{"document":{"a": 1, "a": 2, "n": 1e999},"reason":"a \\"b\\""}');
  await call("POST", "/lock", { body: { list: [1, { x: null }] } });
  expect(sent).toBe('{"list":[1,{"x":null}]}');
});

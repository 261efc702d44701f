import { expect, test } from "vitest";
import { isProblem, Problem } from "../src/api/problem";

test("a problem is parsed once, its own members kept", () => {
  const problem = new Problem(
    403,
    { type: "urn:gatehouse:problem:wrong-code", title: "Wrong", status: 403, detail: "Nothing was changed.", triesLeft: 3, errors: [{ field: "/code", code: "wrong", message: "No" }] },
    null,
  );
  expect(problem.code).toBe("wrong-code");
  expect(problem.number("triesLeft")).toBe(3);
  expect(problem.text("triesLeft")).toBeNull();
  expect(problem.errors).toEqual([{ field: "/code", code: "wrong", message: "No" }]);
  expect(isProblem(problem, "wrong-code")).toBe(true);
  expect(isProblem(problem, "other")).toBe(false);
  expect(isProblem(new Error("x"))).toBe(false);
});

test("hostile or missing bodies do no harm", () => {
  expect(new Problem(0, {}, null).code).toBe("network");
  expect(new Problem(502, { type: 7, errors: "x", retryAfter: "9" }, 4)).toMatchObject({ code: "unexpected", errors: [], retryAfter: 4 });
  expect(new Problem(422, { errors: [null, 1, {}] }, null).errors).toEqual([{ field: "", code: "", message: "" }]);
});

import { expect, test } from "vitest";
import { written } from "../src/crm/features/contacts/mail";

test("an address becomes a link, with its signs escaped", () => {
  expect(written("anna@example.com")).toBe("mailto:anna@example.com");
  expect(written(" o'brien+crm@mail.example.co.uk ")).toBe("mailto:o'brien%2Bcrm@mail.example.co.uk");
  expect(written("a?bcc=x@example.com")).toBe("mailto:a%3Fbcc%3Dx@example.com");
  expect(written("王芳@例子.中国")).toBe("mailto:%E7%8E%8B%E8%8A%B3@%E4%BE%8B%E5%AD%90.%E4%B8%AD%E5%9B%BD");
});

test("what mail cannot go to stays text", () => {
  for (const typed of ["", "not-an-email", "anna@", "@example.com", "a@b@c", "anna at example.com", "a@b..c", "a@b.", "<a@b.c>", "a@b.c, d@e.f", "javascript:alert(1)"]) {
    expect(written(typed), typed).toBeNull();
  }
});

// Names of hosts in their script, and back.
import { describe, expect, it } from "vitest";
import { asciiOf, scriptOf, withScripts } from "../src/i18n/script";

describe("a name in another script", () => {
  it("is read as whoever wrote it did", () => {
    for (const name of ["例子.cn", "müller-bäckerei.de", "почта.рф", "例え.テスト", "한국.kr", "xn.bücher.example", "مثال.com", "a-ü.example", "𠮷野家.jp"]) {
      const ascii = asciiOf(name);
      expect(ascii).toMatch(/xn--/);
      expect(scriptOf(ascii ?? "")).toBe(name);
    }
    expect(scriptOf("XN--FSQU00A.CN")).toBe("例子.cn");
  });

  it("is told apart from one that looks alike", () => {
    const alike = asciiOf("раypal.com") ?? "";
    expect(scriptOf(alike)).toBe("раypal.com");
    expect(withScripts(`CRM → ${alike}`, (script, ascii) => `${script} (${ascii})`)).toBe("CRM → раypal.com (xn--ypal-43d9g.com)");
  });

  it("is left as it is where it is none, or would lead elsewhere", () => {
    for (const name of ["mail.example.com", "192.168.10.7", "", "xn--", "xn--a.com", "xn--0.com", "xn--99999999999.com", "xn--example-.com", "xn--abc-.com", "axn--fsqu00a.cn"]) expect(scriptOf(name)).toBeNull();
    const text = "The CRM may reach mail.example.com (TCP 465); see xn--0.com.";
    expect(withScripts(text, () => "?")).toBe(text);
  });

  it("is found in a sentence, wherever it stands", () => {
    const both = (script: string) => `<${script}>`;
    expect(withScripts("管理端可以访问 xn--fsqu00a.cn，端口 443。", both)).toBe("管理端可以访问 <例子.cn>，端口 443。");
    expect(withScripts("www.xn--fsqu00a.cn, xn--fsqu00a.cn.", both)).toBe("<www.例子.cn>, <例子.cn>.");
  });
});

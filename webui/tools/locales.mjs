// Fails when a text is missing, unused, filled differently in the two languages, used by the app
// that does not carry it, or written in a way our Chinese readers would not.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const LANGUAGES = ["en", "zh-CN"];
/** Which files of texts a part of the source may use. */
const MAY = { admin: ["ui", "log", "copies", "admin"], crm: ["ui", "log", "copies", "crm"], copies: ["ui", "log", "copies"], ui: ["ui", "log"] };

const wrong = [];
const texts = Object.fromEntries(LANGUAGES.map((language) => [language, load(language)]));

function load(language) {
  const folder = join(root, "src/locales", language);
  const all = {};
  for (const file of readdirSync(folder)) {
    const name = file.replace(/\.json$/, "");
    for (const [key, text] of Object.entries(JSON.parse(readFileSync(join(folder, file), "utf8")))) {
      if (typeof text !== "string" || text.trim() === "") wrong.push(`${language} ${name}.${key}: empty`);
      else all[`${name}.${key}`] = text;
    }
  }
  return all;
}

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

const base = (key) => key.replace(/_(one|other)$/, "");
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join();

for (const key of Object.keys(texts.en)) {
  const chinese = texts["zh-CN"][key];
  if (chinese === undefined) {
    // Chinese has no plural: one form is enough.
    if (key.endsWith("_one") && texts["zh-CN"][`${base(key)}_other`] !== undefined) continue;
    wrong.push(`zh-CN ${key}: missing`);
  } else if (!key.endsWith("_one") && names(chinese) !== names(texts.en[key])) {
    wrong.push(`zh-CN ${key}: filled with other names than in English`);
  }
}
for (const [key, text] of Object.entries(texts["zh-CN"])) {
  if (texts.en[key] === undefined) wrong.push(`en ${key}: missing`);
  if (/[\u4e00-\u9fff][,;:!?.]|[「」『』！]|\.\.\.|操作成功|非法|请知悉/.test(text)) wrong.push(`zh-CN ${key}: punctuation or words`);
  if (/[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]/.test(text)) wrong.push(`zh-CN ${key}: no space between Chinese and Latin`);
}

const used = new Set();
for (const path of files(join(root, "src"))) {
  const part = path.slice(join(root, "src/").length).split("/")[0];
  const source = readFileSync(path, "utf8");
  for (const match of source.matchAll(/["'`]((?:ui|log|copies|admin|crm)\.[\w.-]*)(\$\{)?/g)) {
    const [, key, open] = match;
    const file = key.split(".")[0];
    if (MAY[part] && !MAY[part].includes(file)) wrong.push(`${path}: ${part} may not use ${key}`);
    if (open) {
      const matching = Object.keys(texts.en).filter((one) => one.startsWith(key));
      if (matching.length === 0) wrong.push(`${path}: nothing starts with ${key}`);
      for (const one of matching) used.add(base(one));
    } else if (!key.endsWith(".")) {
      used.add(base(key));
    }
  }
}
for (const key of Object.keys(texts.en)) if (!used.has(base(key))) wrong.push(`${key}: not used`);

// Every action of the log has its words.
const actions = readFileSync(join(root, "../agent/seal/src/numbers/actions.rs"), "utf8");
for (const match of actions.matchAll(/= \d+, "([a-z-]+)";/g)) {
  if (texts.en[`log.action.${match[1]}`] === undefined) wrong.push(`log.action.${match[1]}: missing`);
}

if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
console.log(`locales: ${Object.keys(texts.en).length} texts in ${LANGUAGES.length} languages, none missing, none unused`);

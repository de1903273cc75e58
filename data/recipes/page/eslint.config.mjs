// What the modules of the map keep to, and the scripts around them. Text reaches the page through textContent and in no other way.
import js from "@eslint/js";

const browser = [
  "Blob",
  "DecompressionStream",
  "Element",
  "HTMLElement",
  "HTMLScriptElement",
  "ImageData",
  "L",
  "MessageChannel",
  "Path2D",
  "ResizeObserver",
  "Response",
  "TextDecoder",
  "URL",
  "URLSearchParams",
  "atob",
  "btoa",
  "clearInterval",
  "clearTimeout",
  "console",
  "document",
  "getComputedStyle",
  "performance",
  "setInterval",
  "setTimeout",
  "window",
];
const node = [
  "MessageChannel",
  "TextEncoder",
  "URL",
  "URLSearchParams",
  "console",
  "process",
  "setTimeout",
];
const markup = [
  "innerHTML",
  "outerHTML",
  "insertAdjacentHTML",
  "write",
  "srcdoc",
];

const named = (names) =>
  Object.fromEntries(names.map((name) => [name, "readonly"]));
const rules = {
  curly: "error",
  eqeqeq: "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-restricted-properties": [
    "error",
    ...markup.map((property) => ({ property, message: "Use textContent." })),
  ],
  "no-shadow": "error",
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  js.configs.recommended,
  {
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2023, globals: named(browser) },
    rules,
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { ecmaVersion: 2023, globals: named(node) },
    rules,
  },
];

// What the scripts of the map keep to. Text reaches the page through textContent and in no other way.
import js from "@eslint/js";

const browser = [
  "Blob",
  "DecompressionStream",
  "ImageData",
  "L",
  "Path2D",
  "Response",
  "URL",
  "URLSearchParams",
  "atob",
  "clearInterval",
  "clearTimeout",
  "document",
  "getComputedStyle",
  "performance",
  "setInterval",
  "setTimeout",
  "window",
];
const markup = [
  "innerHTML",
  "outerHTML",
  "insertAdjacentHTML",
  "write",
  "srcdoc",
];

export default [
  js.configs.recommended,
  {
    files: ["**/*.js"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "script",
      globals: Object.fromEntries(browser.map((name) => [name, "readonly"])),
    },
    rules: {
      curly: "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": [
        "error",
        ...markup.map((property) => ({
          property,
          message: "Use textContent.",
        })),
      ],
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      strict: ["error", "function"],
    },
  },
];

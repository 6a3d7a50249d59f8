// The texts of the page, of one file a language: texts.LANGUAGE.json, in the same folder.

export const LANGUAGES = ["en"];

// The first language of the reader's that there is; English otherwise.
export function chosen(wanted, known = LANGUAGES) {
  const found = wanted.map((name) => name.toLowerCase().split("-")[0]);
  return found.find((name) => known.includes(name)) ?? "en";
}

// A text with its {names} filled in. A key without a text is shown as it is, so that it is seen.
export function filled(texts, key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export async function load(language) {
  const answer = await fetch(new URL(`texts.${language}.json`, import.meta.url));
  if (!answer.ok) {
    throw new Error(`texts: status ${answer.status}`);
  }
  return answer.json();
}

// Put the texts where the document names them: data-text, and data-label for aria-label.
export function place(root, texts) {
  for (const element of root.querySelectorAll("[data-text]")) {
    element.textContent = filled(texts, element.dataset.text);
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", filled(texts, element.dataset.label));
  }
}

// Put the texts of the reader's language into the document and let start(texts) go; a page that
// lacks a part says so instead.
export async function openPage(title, start) {
  try {
    const language = chosen(navigator.languages);
    const texts = await load(language);
    document.documentElement.lang = language;
    document.title = filled(texts, title);
    place(document, texts);
    start(texts);
    document.getElementById("main").hidden = false;
  } catch {
    document.getElementById("broken").hidden = false;
  }
}

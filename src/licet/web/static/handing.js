// Photos that are handed in: one signature, then each photo by itself, so that a page of hundreds
// never lies in memory as one. Without this the form sends all of them at once.

const sent = async (form, body, more) => {
  const headers = { accept: "application/json", ...more };
  const answer = await fetch(form.action, { method: "POST", headers, body });
  return answer.json();
};
const signed = async (form, csrf) => {
  const body = new FormData();
  body.append("csrf", csrf);
  const told = await sent(form, body, {});
  if (!told.sign) return told.kept === undefined ? Promise.reject(told) : {};
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(told.sign.options));
  const answer = btoa(JSON.stringify(await navigator.credentials.get({ publicKey })));
  const word = answer.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return { "licet-signature": `${told.sign.at} ${word}` };
};
const left = (list, name, why) => {
  const line = document.createElement("li");
  const what = document.createElement("b");
  what.textContent = name;
  const because = document.createElement("span");
  because.className = "soft";
  because.lang = "en";
  because.textContent = why;
  line.append(what, because);
  list.append(line);
};

for (const form of document.querySelectorAll("[data-hand]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [said, bar, became, list] = ["[data-said]", "[data-so-far]", "[data-became]", "[data-not-kept]"]
      .map((one) => form.querySelector(one));
    const files = [...form.querySelector("input[type=file]").files];
    const count = { kept: 0, known: 0, not: 0 };
    said.hidden = true;
    list.replaceChildren();
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-disabled", "true");
    try {
      const csrf = form.elements.csrf.value;
      const header = await signed(form, csrf);
      bar.hidden = became.hidden = false;
      for (const [n, file] of files.entries()) {
        const body = new FormData();
        body.append("csrf", csrf);
        body.append("photo", file);
        const done = await sent(form, body, header);
        if (done.kept === undefined) throw done;
        count.kept += done.kept;
        count.known += done.known;
        count.not += done.not.length;
        for (const [name, why] of done.not) left(list, name, why);
        bar.firstElementChild.max = files.length;
        bar.firstElementChild.value = n + 1;
        became.textContent = Object.entries(count)
          .filter(([, many]) => many)
          .map(([what, many]) => `${many.toLocaleString(document.documentElement.lang)} ${became.dataset[what]}`)
          .join(", ");
      }
    } catch (problem) {
      said.textContent = problem.title
        ? [problem.title, problem.would_change ?? problem.detail].filter(Boolean).join(" ")
        : said.dataset.said;
      if (problem.title) said.lang = "en";
      said.hidden = false;
    } finally {
      bar.hidden = true;
      button.removeAttribute("aria-disabled");
    }
  });
}

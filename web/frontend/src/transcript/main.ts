// The link's token stands behind the "#" of the address, which reaches no server: from there it goes into the forms, and the
// links to the other language keep it.
const token = location.hash.slice(1);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-token]")) {
  const field = form.elements.namedItem("token");
  if (field instanceof HTMLInputElement) field.value = token;
  for (const button of form.querySelectorAll("button")) button.disabled = token === "";
}
const missing = document.getElementById("no-token");
if (missing && token === "") missing.hidden = false;
if (token !== "") for (const link of document.querySelectorAll<HTMLAnchorElement>(".languages a")) link.hash = token;

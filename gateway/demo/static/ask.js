// Asking this page's own server, and nobody else. Answers are JSON; a refusal is an Error with words for a person.

export const get = (path, query = {}) => asked(`${path}?${new URLSearchParams(query)}`);

export const post = (path, body) =>
  asked(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function asked(path, how) {
  const answer = await fetch(path, how);
  const said = await answer.json().catch(() => null);
  if (answer.ok) return said;
  throw new Error(typeof said?.detail === "string" ? said.detail : `The server refused (${answer.status}).`);
}

// Calls `look` now and then again a second after each time it is done, whether or not that went well.
export async function again(look, troubled) {
  try {
    await look();
    troubled(false);
  } catch (error) {
    console.error(error);
    troubled(true);
  }
  setTimeout(again, 1000, look, troubled);
}

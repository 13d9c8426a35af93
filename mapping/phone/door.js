/* The way back keeps what stands behind "#": a redirect takes over the fragment of the form's address. */
"use strict";

{
  const form = document.querySelector("form");
  if (form && location.hash) form.setAttribute("action", form.getAttribute("action") + location.hash);
}

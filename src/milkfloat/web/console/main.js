// The dispatcher's console.

import { html, render } from "../shared/html.js";
import { start } from "./actions.js";
import { Console } from "./console.js";

render(html`<${Console} />`, document.getElementById("console"));
start();

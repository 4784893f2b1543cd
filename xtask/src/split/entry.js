// Begins the programme. The boot script has asked for its main module, and can ask again.
import init from './app.js';
import { code } from './__wasm_split.js';

const { module, again } = window.__portal;
init({ module_or_path: code(module, again) });

// Loads the parts of the programme. The build appends one export for each part (`told(part(…))`).
import { initSync } from './app.js';

// Safari 13 and 14 can't compile while they load.
async function instantiate(answer) {
  const imports = { __wasm_split: initSync() };
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  if (WebAssembly.instantiateStreaming) await WebAssembly.instantiateStreaming(response, imports);
  else await WebAssembly.instantiate(await response.arrayBuffer(), imports);
}

// A failure is not kept: the next call begins again.
function part(file, integrity, needs) {
  let going;
  return function () {
    if (!going) {
      const answer = fetch(file, { integrity });
      // It is looked at only after what it needs is here.
      answer.catch(() => {});
      going = Promise.all(needs.map((need) => need())).then(() => instantiate(answer));
      going.catch(() => {
        going = undefined;
      });
    }
    return going;
  };
}

// The programme hands over a callback in its table and what to call it with.
function told(load) {
  return function (callback, data) {
    const tell = (done) => initSync().__indirect_function_table.get(callback)(data, done);
    load().then(
      () => tell(true),
      (error) => {
        console.error(error);
        tell(false);
      },
    );
  };
}

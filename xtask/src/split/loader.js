// Loads the parts of the programme and the sheet of their screens. The build appends the addresses: one sheet, and an
// export for each part.
import { initSync } from './app.js';

// Begins once. A failure is not kept: the next call begins again.
function once(begin) {
  let going;
  return function () {
    if (!going) {
      going = begin();
      going.catch(() => {
        going = undefined;
      });
    }
    return going;
  };
}

// Safari 13 and 14 can't compile while they load.
async function instantiate(answer) {
  const imports = { __wasm_split: initSync() };
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  if (WebAssembly.instantiateStreaming) await WebAssembly.instantiateStreaming(response, imports);
  else await WebAssembly.instantiate(await response.arrayBuffer(), imports);
}

function part(file, integrity, needs) {
  return once(() => {
    const answer = fetch(file, { integrity });
    // It is looked at only after what it needs is here.
    answer.catch(() => {});
    return Promise.all(needs.map((need) => need())).then(() => instantiate(answer));
  });
}

// The last in the head, so behind the page's own sheet. Until it is here it is for print: WebKit draws nothing new while
// a sheet of the screen is on its way.
function sheet(href, integrity) {
  return once(
    () =>
      new Promise((done, failed) => {
        const link = document.createElement('link');
        link.onload = () => {
          // Changing the medium loads it from memory again in some engines.
          link.onload = link.onerror = null;
          link.media = 'all';
          done();
        };
        link.onerror = () => {
          link.remove();
          failed(new Error(href));
        };
        document.head.appendChild(Object.assign(link, { rel: 'stylesheet', media: 'print', integrity, href }));
      }),
  );
}

// The programme hands over a callback in its table and what to call it with.
function told(load) {
  return function (callback, data) {
    const tell = (done) => initSync().__indirect_function_table.get(callback)(data, done);
    Promise.all([load(), later()]).then(
      () => tell(true),
      (error) => {
        console.error(error);
        tell(false);
      },
    );
  };
}

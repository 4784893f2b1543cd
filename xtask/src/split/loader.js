// Loads the parts of the programme and the sheet of their screens. The build appends the addresses: one sheet, and an
// export for each part.
/* global NAMES */
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

// Compiled while it loads; where an engine can't, or fails for whatever reason (a wrong type, an old web-view's fault), its
// bytes are asked for again, which the browser has by then. Names of functions come last, and WebKit does without those that it
// has not read yet: a build that keeps them is compiled when all of it is here.
export async function code(answer, again) {
  try {
    if (NAMES) return await WebAssembly.compile(await (await answer).arrayBuffer());
    return await WebAssembly.compileStreaming(answer);
  } catch (error) {
    const response = await again();
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    return response.arrayBuffer();
  }
}

function part(file, integrity, needs) {
  const ask = () => fetch(file, { integrity });
  const compiled = once(() => code(ask(), ask));
  const load = once(() =>
    Promise.all([compiled(), ...needs.map((need) => need())]).then(([module]) =>
      WebAssembly.instantiate(module, { __wasm_split: initSync() }),
    ),
  );
  load.ahead = () => [compiled, ...needs.map((need) => need.ahead)].forEach((begin) => begin());
  return load;
}

// The address says which screen is the first: its part comes together with the programme (app::screens::Part::of).
const FIRST = {
  '/sign-in': 'sign_in',
  '/tier': 'points',
  '/points': 'points',
  '/points/': 'points',
  '/rewards': 'rewards',
  '/rewards/': 'reward',
  '/wallet': 'wallet',
  '/vouchers/': 'voucher',
  '/coupons/': 'voucher',
  '/code': 'code',
  '/me': 'me',
  '/surveys': 'surveys',
  '/surveys/': 'survey',
};

function ahead(parts) {
  const [place] = /^\/[^/]*\/?/.exec(location.pathname);
  const first = parts[/^kiosk/.test(window.name) ? 'kiosk' : FIRST[place]];
  if (!first) return;
  first.ahead();
  later().catch(() => {});
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

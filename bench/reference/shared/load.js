async function read(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

export async function load() {
  const config = await read('/config.json', { cache: 'no-cache' });
  const options = {
    credentials: 'same-origin',
    headers: { Accept: 'application/json', 'Accept-Language': 'zh-CN' },
  };
  const [programme, overview] = await Promise.all(
    ['/programme', '/me/overview'].map((path) => read(config.api + path, options))
  );
  return { programme, overview };
}

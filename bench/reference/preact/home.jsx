import { icons } from '../shared/icons.js';
import { TABS } from '../shared/present.js';

function Icon({ name, small }) {
  return (
    <svg class={small ? 'icon small' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={icons[name]} />
    </svg>
  );
}

function Head({ home }) {
  return (
    <header class={home ? 'head drawn' : 'head'}>
      {home?.landscape && <img class="art" src={home.landscape} alt="" width="390" height="220" decoding="async" />}
      <p class="brandline">
        {home?.logo && <img src={home.logo} alt="" width="20" height="20" />}
        {home?.name}
      </p>
      <h1>{home ? home.hello : '会员中心'}</h1>
    </header>
  );
}

function Gauge({ gauge }) {
  return (
    <dl class="gauge">
      <dt>
        {gauge.label}
        <b class="num">{gauge.current}</b>
      </dt>
      <dd>
        <div class="bar">
          <i style={{ '--fill': gauge.fill }} />
          {gauge.keep && <u style={{ '--at': gauge.keepAt }} />}
          {gauge.rise && <em />}
        </div>
        <div class="row">
          {gauge.keep && <span>{gauge.keep}</span>}
          {gauge.rise && <span>{gauge.rise}</span>}
        </div>
      </dd>
    </dl>
  );
}

function Tier({ tier }) {
  return (
    <>
      <a class="tier" data-material={tier.material} href="/tier">
        <div class="row">
          <div>
            <h2>{tier.name}</h2>
            {tier.since && <p>{tier.since}</p>}
          </div>
          <p>
            {tier.benefits} <Icon name="right" small />
          </p>
        </div>
        {tier.gauges.map((gauge) => (
          <Gauge key={gauge.basis} gauge={gauge} />
        ))}
      </a>
      <p class="outlook">{tier.outlook}</p>
    </>
  );
}

function Points({ points }) {
  return (
    <a class="panel" href="/points">
      <div class="row">
        <p>
          <span class="num balance">{points.available}</span>
          <span class="unit">{points.unit}</span>
        </p>
        {points.next && (
          <p class="flag">
            {points.next.when} <b class="num">{points.next.amount}</b>
          </p>
        )}
      </div>
      <ul class="shares" aria-hidden="true">
        {points.shares.map((share, index) => (
          <li key={index} style={{ '--share': share }} />
        ))}
      </ul>
    </a>
  );
}

function Reward({ reward }) {
  return (
    <li>
      <a href={`/rewards/${reward.id}`}>
        <span class="shelf">{reward.image && <img src={reward.image} alt="" width="104" height="104" decoding="async" />}</span>
        <p>{reward.title}</p>
        <span class="num">{reward.cost}</span> <span class="unit">{reward.unit}</span>
      </a>
    </li>
  );
}

function Rewards({ rewards }) {
  return (
    <section class="rewards">
      <div class="row">
        <h2>{rewards.title}</h2>
        <a class="more" href="/rewards">
          {rewards.more}
          <Icon name="right" small />
        </a>
      </div>
      <ul class="three">
        {rewards.cards.map((reward) => (
          <Reward key={reward.id} reward={reward} />
        ))}
      </ul>
    </section>
  );
}

function Task({ task }) {
  return (
    <a class="task" href={task.href}>
      {task.image ? (
        <span class="shelf">
          <img src={task.image} alt="" width="60" height="60" loading="lazy" decoding="async" />
        </span>
      ) : (
        <Icon name="clock" />
      )}
      <p>
        <b>{task.title}</b>
        <span class="small-text">{task.detail}</span>
      </p>
      <span class="button">{task.action}</span>
    </a>
  );
}

function Tabs({ tabs }) {
  return (
    <nav class="tabs" aria-label="主要页面">
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.href === '/' ? 'page' : undefined}>
          <Icon name={tab.icon} />
          {tab.word}
        </a>
      ))}
    </nav>
  );
}

function Body({ home, failed }) {
  if (failed) return <p class="failed">{failed}</p>;
  if (!home) return <div class="tier waiting" aria-hidden="true" />;
  return (
    <>
      <Tier tier={home.tier} />
      <Points points={home.points} />
      {home.rewards.cards.length > 0 && <Rewards rewards={home.rewards} />}
      {home.task && <Task task={home.task} />}
    </>
  );
}

export function Home({ home, failed }) {
  return (
    <div class="app" style={home?.look}>
      <Head home={home} />
      <main>
        <Body home={home} failed={failed} />
      </main>
      <Tabs tabs={home ? home.tabs : TABS} />
    </div>
  );
}

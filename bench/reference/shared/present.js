const BASES = {
  spend: ['消费', '再消费'],
  visits: ['到店', '再到店'],
  points_earned: ['获得', '再获得'],
  points_spent: ['使用', '再使用'],
  interaction: ['互动', '再互动'],
};
const DAY = 86400000;

function percent(value, scale) {
  return Math.min(100, Math.max(0, Math.floor((value * 100) / (scale || 1))));
}

// What home says, in words and figures that a view only has to set.
export function present({ programme, overview }) {
  const { timezone: timeZone, currency, points_terms: terms } = programme;
  const now = new Date(programme.server_time);
  const group = (value) => value.toLocaleString('zh-CN');
  const written = (at, options) => new Date(at).toLocaleString('zh-CN', { timeZone, ...options });
  const date = (at) => written(at, { year: 'numeric', month: 'long', day: 'numeric' });
  const year = (at) => written(at, { year: 'numeric' });
  const day = (at) => (year(at) === year(now) ? written(at, { month: 'long', day: 'numeric' }) : date(at));

  function figure(value, { unit, basis }) {
    if (unit === 'money') {
      return (value / 100).toLocaleString('zh-CN', { style: 'currency', currency, minimumFractionDigits: 0 });
    }
    return basis === 'visits' ? `${group(value)} 次` : group(value);
  }

  function hello() {
    const hour = Number(written(now, { hour: 'numeric', hourCycle: 'h23' }).replace(/\D/g, ''));
    const part = hour < 5 || hour > 17 ? '晚上' : hour < 11 ? '早上' : hour < 13 ? '中午' : '下午';
    return `${part}好，${overview.me.display_name}`;
  }

  function gauges({ next, retain }) {
    const rising = next ? next.requirements : [];
    const keeping = retain ? retain.requirements : [];
    const bases = rising.concat(keeping.filter((one) => !rising.some((other) => other.basis === one.basis)));
    return bases.slice(0, 3).map((one) => {
      const of = (list) => list.find((other) => other.basis === one.basis);
      const [rise, keep] = [of(rising), of(keeping)];
      const scale = rise ? Math.max(rise.required, keep ? keep.required : 0) : keep.required * 1.25;
      return {
        basis: one.basis,
        label: (BASES[one.basis] || ['进度'])[0],
        current: figure(one.current, one),
        fill: percent(one.current, scale) + '%',
        keep: keep && `保级 ${figure(keep.required, keep)}`,
        keepAt: keep && percent(keep.required, scale) + '%',
        rise: rise && `${next.tier.name} ${figure(rise.required, rise)}`,
      };
    });
  }

  function missing({ match, requirements }) {
    const gap = (one) => one.required - one.current;
    const open = requirements.filter((one) => gap(one) > 0);
    if (match === 'any' && open.length < requirements.length) return '';
    open.sort((a, b) => percent(b.current, b.required) - percent(a.current, a.required));
    return (match === 'any' ? open.slice(0, 1) : open)
      .map((one) => `${(BASES[one.basis] || ['', '还差'])[1]} ${figure(gap(one), one)}`)
      .join('，');
  }

  function outlook({ next, retain }) {
    const rise = next ? `${missing(next) || '条件已经满足，马上'} 升级${next.tier.name}` : '已是最高等级';
    if (!retain || !retain.by) return rise;
    const left = missing(retain);
    return `${rise}；${day(retain.by)}前${left ? left + ' 可保级' : '的保级条件已满足'}`;
  }

  function tier(status) {
    const { name, material, since } = status.current;
    return {
      name,
      material,
      since: since && `${date(since)}起`,
      benefits: `权益 ${status.benefits.length} 项`,
      gauges: gauges(status),
      outlook: outlook(status),
    };
  }

  function points({ available, expiring }) {
    const total = expiring.reduce((sum, bucket) => sum + bucket.amount, 0);
    const soonest = expiring.find((bucket) => bucket.at && bucket.amount > 0);
    return {
      available: group(available),
      unit: terms.name,
      next: soonest && { when: `${day(soonest.at)}到期`, amount: group(soonest.amount) },
      shares: total > 0 ? expiring.map((bucket) => Math.max(40, (bucket.amount * 1000) / total)) : [],
    };
  }

  function rewards({ data, total }) {
    const ready = data.some((reward) => reward.eligibility.reasons.length === 0);
    return {
      title: ready ? '现在可兑' : '攒一攒就能换',
      more: ready ? `全部 ${total} 项` : '看看全部',
      cards: data.slice(0, 3).map((reward) => ({
        id: reward.id,
        title: reward.title,
        image: reward.images[0] && reward.images[0].url,
        cost: group(reward.cost_points),
        unit: terms.name,
      })),
    };
  }

  // Points that expire within a week come before a survey.
  function task() {
    const soonest = overview.points.expiring.find((bucket) => bucket.at && bucket.amount > 0);
    if (soonest && new Date(soonest.at) - now <= 7 * DAY) {
      return {
        href: '/rewards',
        title: `${group(soonest.amount)} ${terms.name}${day(soonest.at)}到期`,
        detail: '换点什么，别让它们过期',
        action: '去兑换',
      };
    }
    const survey = overview.surveys.data.find((one) => one.status === 'open');
    return (
      survey && {
        href: '/surveys',
        image: survey.image && survey.image.url,
        title: `答问卷得 ${group(survey.reward_points)} ${terms.name}`,
        detail: `${survey.minutes} 分钟 · ${survey.title}`,
        action: '去回答',
      }
    );
  }

  const { brand, features } = programme;
  return {
    name: programme.name,
    logo: brand.logo,
    landscape: brand.landscape && brand.landscape.light,
    look: {
      '--brand': brand.primary,
      '--accent': brand.accent,
      '--engraving': brand.engraving ? `url("${brand.engraving}")` : 'none',
    },
    hello: hello(),
    tier: tier(overview.tier),
    points: points(overview.points),
    rewards: rewards(overview.rewards),
    task: task(),
    tabs: TABS.filter((tab) => !tab.feature || features.includes(tab.feature)),
  };
}

export const TABS = [
  { href: '/', icon: 'home', word: '首页' },
  { href: '/rewards', icon: 'gift', word: '兑换' },
  { href: '/code', icon: 'code', word: '会员码', feature: 'card-code' },
  { href: '/surveys', icon: 'star', word: '问卷', feature: 'surveys' },
  { href: '/me', icon: 'user', word: '我的' },
];

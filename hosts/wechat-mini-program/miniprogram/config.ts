import type { HostConfig } from './lib/settings';

/** What a chain fills in. README.md says where each value comes from. */
export const config: HostConfig = {
  portal: 'https://member.example.com',
  api: 'https://member.example.com/api/v1',
  name: '会员中心',
  cardImage: '',
};

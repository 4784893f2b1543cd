import { httpsAddress } from './address';

/** What a chain configures. */
export interface HostConfig {
  /** The portal's origin, without a slash at the end. It has to be a business domain of the mini program. */
  readonly portal: string;
  /** The base address of the backend's resources, without a slash at the end. Its host has to be a request domain. */
  readonly api: string;
  /** The programme's name, until the backend has told it. */
  readonly name: string;
  /** The picture of shared cards that bring none, 5:4, over https; empty: WeChat takes a picture of the screen. */
  readonly cardImage: string;
}

/** What is wrong with a configuration, for the engineer who opens it; nothing when it can be used. */
export function mistakes(config: HostConfig): string[] {
  const found: string[] = [];
  if (!/^https?:\/\/[^/?#]+$/.test(config.portal) || !usable(config.portal)) {
    found.push('config.portal: https://host');
  }
  if (!/^https?:\/\/[^/?#]+(\/[^?#]*)?$/.test(config.api) || config.api.endsWith('/') || !usable(config.api)) {
    found.push('config.api: https://host/path');
  }
  if (config.cardImage !== '' && httpsAddress(config.cardImage) === null) {
    found.push('config.cardImage: https://…');
  }
  return found;
}

/** Over https, or on this very machine, where the developer tools run. The example's host is nobody's. */
function usable(address: string): boolean {
  if (/^https?:\/\/[^/]*\bexample\.(com|org|net)\b/.test(address)) {
    return false;
  }
  return httpsAddress(address) !== null || /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(address);
}

const REACHED_BY_TAB = 'button, input, select, textarea, a[href], [tabindex]';

/**
 * An attachment: a region that scrolls can be reached by the Tab key, so that arrows scroll it, as long as there is
 * something to scroll and nothing in it that Tab stops at anyway.
 */
export function scrollByKeys(region: HTMLElement): () => void {
  const update = (): void => {
    const scrolls = region.scrollHeight > region.clientHeight;
    if (scrolls && !region.querySelector(REACHED_BY_TAB)) region.tabIndex = 0;
    else region.removeAttribute('tabindex');
  };
  const observer = new ResizeObserver(update);
  for (const element of [region, ...region.children]) observer.observe(element);
  return () => observer.disconnect();
}

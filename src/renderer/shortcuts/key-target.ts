/** What a key press is meant for: the element that has the focus, or the page's commands. */

/** Elements that take text. */
const TEXT =
  'input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, [contenteditable]';
/** Things that lie above the page and have keys of their own. */
const ABOVE = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox], [data-own-keys]';
/** Elements that arrows and Space belong to. */
const MOVED_BY_ARROWS =
  '[role=slider], [role=spinbutton], [role=radio], [role=tab], [role=combobox], input, select';
const PRESSED_BY_SPACE =
  'button, a[href], summary, [role=button], [role=radio], [role=checkbox], [role=switch], input';

/** Sliders that go sideways: once they were clicked, up and down are the page's. */
const SIDEWAYS = '[data-sideways]';

const ARROWS = /^(?:Arrow|Home$|End$|Page)/;

interface Target {
  matches(selector: string): boolean;
  closest(selector: string): unknown;
}

/**
 * Whether a key belongs to the element that has the focus.
 * @param byPointer whether the element got the focus by a click: then its keys are the page's, apart from sliders and
 * text, so that Space plays after a button was clicked
 * @param withMod whether Ctrl (Cmd on a Mac) is held: such keys are no text, and only undo is the text's
 */
export function belongsToTarget(target: Target, key: string, byPointer: boolean, withMod = false): boolean {
  if (target.closest(ABOVE)) return true;
  // Text has an undo of its own.
  if (withMod) return key.toLowerCase() === 'z' && target.matches(TEXT);
  if (target.matches(TEXT)) return true;
  if (ARROWS.test(key)) {
    if (byPointer && /^Arrow(?:Up|Down)$/.test(key) && target.matches(SIDEWAYS)) return false;
    return (
      target.matches(MOVED_BY_ARROWS) && (!byPointer || target.matches('[role=slider], [role=combobox]'))
    );
  }
  if (key === ' ' || key === 'Enter') return target.matches(PRESSED_BY_SPACE) && !byPointer;
  return false;
}

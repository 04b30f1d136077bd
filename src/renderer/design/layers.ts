/**
 * Where menus, lists and tooltips are put while they are open: inside a landmark, so that who moves by landmarks finds
 * them. They are placed relative to the window, so that nothing there cuts them off.
 */
export const LAYERS = 'main';

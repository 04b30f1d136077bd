/** What systems know the application by; the installers say the same. */
export const APP_ID = 'app.acutance';
export const APP_NAME = 'Acutance';

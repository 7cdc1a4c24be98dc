declare module '*/messages.json?first' {
  type Messages = typeof import('../../sync/messages.json');
  export const app: Messages['app'];
}
declare module '*/messages.json?rest' {
  type Messages = typeof import('../../sync/messages.json');
  export const app: Messages['app'];
}
declare module '*/messages.json?later' {
  type Messages = typeof import('../../sync/messages.json');
  export const alerts: Messages['alerts'];
  export const forms: Messages['forms'];
  export const kinds: Messages['kinds'];
  export const refusals: Messages['refusals'];
  export const screens: Messages['screens'];
}

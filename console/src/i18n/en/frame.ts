const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const common = {
  status: 'Status',
  error: 'Error',
  warning: 'Warning',
  refresh: 'Refresh',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  copied: 'Copied',
  notCopied: 'The browser did not allow it',
  copy: (what: string) => `Copy ${what}`,
  loading: (what: string) => `Loading ${what}`,
  cannotLoad: (what: string) => `${capital(what)} cannot be loaded`,
  cannotRefresh: (what: string) => `${capital(what)} cannot be refreshed`,
  stale: 'What is shown is the last answer; the page keeps trying.',
  last: 'What is shown is the last answer.',
};

export const frame = {
  console: 'Console',
  executions: 'Executions',
  emailBatch: 'Email batch',
  apiReference: 'API reference',
  runbook: 'Runbook',
  thisPage: 'this page',
  page: 'page',
  breadcrumbs: 'Breadcrumbs',
  skip: 'Skip to the content',
  language: 'Language',
  languageIs: (name: string) => `Language: ${name}`,
  theme: 'Theme',
  themeIs: (name: string) => `Theme: ${name}`,
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  forgetKey: 'Use another key',
  more: 'More',
  menu: 'Menu',
  noPage: 'There is no such page',
  noPageHint: 'The address may have been mistyped.',
  toCampaigns: 'Go to campaigns',
  notDeployed:
    'This stack runs on AWS. Its executions, Map Runs and redrives are in the AWS Step Functions console, which shows them with your own permissions. On a local stack this page shows the same.',
  openAws: 'Open the Step Functions console',
};

export const key = {
  title: 'API key',
  label: 'API key',
  description: 'Kept by this browser tab until it is closed, and sent only to this address.',
  use: 'Continue',
  how: 'An operator of the stage creates one with "npm run keys -- add NAME". Viewing needs the scope read, uploading send, pausing and retrying operate.',
  refused: 'This key is not valid, or does not have the scope read.',
};

export const api = {
  noAnswer: 'The API does not answer. Is it still running?',
  noStack: 'The local stack does not answer. Is it still running?',
  notLocal: 'This page reaches the AWS API only on a local stack.',
  answered: (status: number, text: string) => `The endpoint answered ${status}: ${text}`,
  failed: 'The request failed',
  refused: 'The key was refused',
  refusedWhy: 'The API key is not valid, or does not have the scope that this needs.',
  status: (status: number) => `The API answered with status ${status}.`,
};

export const rate = {
  title: 'Rate of the account',
  description: 'For all campaigns together',
  inForce: 'In force',
  allowedBySes: 'Allowed by SES',
  used: 'Used now',
  today: 'Sent in the last 24 hours',
  unknown: 'Not known yet',
  unlimited: (sent: string) => `${sent}, without a limit`,
  perSecond: (rate: string) => `${rate} per second`,
  change: 'Change rate',
  changeTitle: 'Change the rate of the account',
  changeWhat: 'All campaigns share it. It takes effect within 5 seconds, also for those that are running.',
  label: 'Emails per second',
  invalid: 'Enter a number from 0.1 to 10,000.',
  atMost: (rate: string) => `SES allows at most ${rate} per second.`,
  set: 'Set rate',
  done: (rate: string) => `At most ${rate} emails per second leave from now on`,
};

export const account = {
  title: 'Account',
  perSecond: (rate: string) => `${rate}/s`,
  today: (sent: string) => `${sent} in 24 h`,
  stage: (stage: string) => `Stage: ${stage}`,
  rate: (rate: string, used: string) => `Rate: ${rate} per second, ${used} used now`,
  quota: (sent: string) => `Sent: ${sent}`,
  enabled: 'SES sends',
  paused: 'SES has paused sending',
};

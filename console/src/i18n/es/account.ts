import type { Texts } from '../texts.ts';

export const account: Texts['account'] = {
  title: 'Cuenta',
  perSecond: (rate) => `${rate}/s`,
  today: (sent) => `${sent} en 24 h`,
  stage: (stage) => `Entorno: ${stage}`,
  rate: (rate, used) => `Velocidad: ${rate} por segundo, ${used} en uso`,
  quota: (sent) => `Enviados: ${sent}`,
  enabled: 'SES envía',
  paused: 'SES ha suspendido los envíos',
};

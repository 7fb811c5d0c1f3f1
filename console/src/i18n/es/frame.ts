import type { Texts } from '../texts.ts';

export const common: Texts['common'] = {
  status: 'Estado',
  error: 'Error',
  warning: 'Aviso',
  refresh: 'Actualizar',
  tryAgain: 'Reintentar',
  cancel: 'Cancelar',
  copied: 'Copiado',
  notCopied: 'El navegador no lo permitió',
  copy: (what) => `Copiar ${what}`,
  loading: (what) => `Cargando: ${what}`,
  cannotLoad: (what) => `No se puede cargar: ${what}`,
  cannotRefresh: (what) => `No se puede actualizar: ${what}`,
  stale: 'Se muestra la última respuesta; la página lo sigue intentando.',
  last: 'Se muestra la última respuesta.',
};

export const frame: Texts['frame'] = {
  console: 'Consola',
  executions: 'Ejecuciones',
  emailBatch: 'Lote de correos',
  apiReference: 'Referencia de la API',
  runbook: 'Guía de operación',
  thisPage: 'esta página',
  page: 'página',
  breadcrumbs: 'Ruta de navegación',
  skip: 'Saltar al contenido',
  language: 'Idioma',
  languageIs: (name) => `Idioma: ${name}`,
  theme: 'Tema',
  themeIs: (name) => `Tema: ${name}`,
  themes: { system: 'Como el sistema', light: 'Claro', dark: 'Oscuro' },
  forgetKey: 'Usar otra clave',
  more: 'Más',
  menu: 'Menú',
  noPage: 'Esta página no existe',
  noPageHint: 'Quizá la dirección esté mal escrita.',
  toCampaigns: 'Ir a las campañas',
  notDeployed:
    'Este despliegue está en AWS. Sus ejecuciones, Map Runs y reintentos están en la consola de AWS Step Functions, que los muestra con sus propios permisos. En un equipo local esta página muestra lo mismo.',
  openAws: 'Abrir la consola de Step Functions',
};

export const key: Texts['key'] = {
  title: 'Clave de API',
  label: 'Clave de API',
  description: 'Esta pestaña la guarda hasta que se cierra, y solo la envía a esta dirección.',
  use: 'Continuar',
  how: 'La crea un operador con «npm run keys -- add NOMBRE». Para ver hace falta el permiso read; para enviar, send; para pausar y reintentar, operate.',
  refused: 'Esta clave no es válida o no tiene el permiso read.',
};

export const api: Texts['api'] = {
  noAnswer: 'La API no responde. ¿Sigue en marcha?',
  noStack: 'El entorno local no responde. ¿Sigue en marcha?',
  notLocal: 'Esta página solo accede a la API de AWS en un entorno local.',
  answered: (status, text) => `El servidor respondió ${status}: ${text}`,
  failed: 'La petición falló',
  refused: 'La clave fue rechazada',
  refusedWhy: 'La clave de API no es válida o no tiene el permiso necesario.',
  status: (status) => `La API respondió con el estado ${status}.`,
};

export const rate: Texts['rate'] = {
  title: 'Velocidad de la cuenta',
  description: 'Para todas las campañas juntas',
  inForce: 'En vigor',
  allowedBySes: 'Permitida por SES',
  used: 'En uso ahora',
  today: 'Enviados en las últimas 24 horas',
  unknown: 'Aún no se conoce',
  unlimited: (sent) => `${sent}, sin límite`,
  perSecond: (rate) => `${rate} por segundo`,
  change: 'Cambiar la velocidad',
  changeTitle: 'Cambiar la velocidad de la cuenta',
  changeWhat: 'La comparten todas las campañas. El cambio se aplica en 5 segundos, también a las que están en marcha.',
  label: 'Correos por segundo',
  invalid: 'Escriba un número entre 0,1 y 10.000.',
  atMost: (rate) => `SES permite como máximo ${rate} por segundo.`,
  set: 'Aplicar',
  done: (rate) => `Desde ahora salen como máximo ${rate} correos por segundo`,
};

import type { Texts } from '../texts.ts';

export const lookUp: Texts['lookUp'] = {
  title: 'Buscar',
  description: 'Encuentra la página de cualquier identificador o dirección',
  label: 'Identificador o dirección',
  hint: 'Una campaña, un envío, un lote de correos, una solicitud, un pedido o un ARN; o la dirección de un destinatario',
  placeholder: 'ana@example.com',
  found: 'Resultados',
  nothing: 'Sin resultados',
  nothingHint:
    'Ninguna campaña, envío, lote, solicitud ni pedido tiene este identificador, y no se envió nada a esta dirección.',
  kind: 'Tipo',
  name: 'Nombre',
  detail: 'Detalles',
  kinds: {
    campaign: 'Campaña',
    send: 'Envío',
    emailBatch: 'Lote de correos',
    request: 'Solicitud',
    order: 'Pedido',
    execution: 'Ejecución',
    mapRun: 'Map Run',
  },
};

export const sends: Texts['sends'] = {
  send: 'Envío',
  id: 'identificador',
  unknown: 'Este envío no existe',
  unknownHint: 'Quizá el identificador esté mal escrito.',
  row: (row) => `Fila ${row}`,
  trace: 'Traza',
  campaign: 'Campaña',
  request: 'Solicitud',
  emailBatch: 'Lote de correos',
  batch: 'A qué pertenece',
  rowNumber: 'Fila',
  channel: 'Canal',
  attempts: 'Intentos',
  lastAttempt: 'Último intento',
  created: 'Creado',
  provider: 'Proveedor',
  sendId: 'Id del envío',
  statuses: { PENDING: 'Pendiente', QUEUED: 'En cola', SENT: 'Enviado', ERROR: 'Error' },
  findingTrace: (row) => `la ejecución que envió la fila ${row}`,
  noTrace: 'Ninguna ejecución tiene esta fila',
  noTraceHint: 'Quizá la fila aún no se haya enviado, o su ejecución ya no esté guardada.',
};

export const requests: Texts['requests'] = {
  title: 'Solicitud de notificación',
  description: 'La API da el estado de una solicitud y nada más sobre ella',
  id: 'Identificador',
  unknown: 'Esta solicitud no existe',
  statuses: { queued: 'En cola', processing: 'En proceso', sent: 'Enviada', failed: 'Fallida' },
};

export const orders: Texts['orders'] = {
  title: 'Pedido',
  unknown: 'Este pedido no existe',
  registered: 'Registrado',
  delivery: 'Entrega',
  customer: 'Cliente',
  reason: 'Motivo de la cancelación',
  timeline: 'Cronología',
  none: 'Aún no hay cambios',
  noneHint: 'Un cambio aparece aquí cuando se ha procesado.',
  changed: 'Cambiado',
  notice: 'Aviso',
  email: 'Correo',
  nobody: 'Sin cliente al que avisar',
  statuses: { received: 'Recibido', inprocess: 'En proceso', completed: 'Completado', canceled: 'Cancelado' },
};

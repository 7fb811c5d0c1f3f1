import type { Texts } from '../texts.ts';

const direcciones = (count: string, n: number) => `${count} ${n === 1 ? 'dirección añadida' : 'direcciones añadidas'}`;

export const suppressions: Texts['suppressions'] = {
  title: 'Lista de supresión',
  description:
    'Direcciones que no reciben campañas. Las rebotadas y las que se quejaron tampoco reciben ningún otro correo.',
  address: 'Dirección',
  erased: 'Borrada: solo se guarda un hash',
  reason: 'Motivo',
  since: 'Desde',
  send: 'Correo que lo causó',
  sendOf: (row, batch) => `Fila ${row} de ${batch}`,
  find: 'Buscar una dirección completa',
  none: 'No hay ninguna dirección suprimida',
  noneHint: 'Las bajas, los rebotes y las quejas llegan aquí solos. Añada otras a mano o desde un archivo.',
  notListed: (address) => `${address} no está en la lista`,
  notListedHint: 'Las campañas envían a esta dirección.',
  showAll: 'Mostrar todas las direcciones',
  reasons: {
    unsubscribed: 'Se dio de baja',
    manual: 'Añadida a mano',
    bounced: 'Rebotó',
    complained: 'Se quejó',
  },
  add: {
    action: 'Añadir dirección',
    title: 'Añadir una dirección',
    address: 'Dirección',
    why: 'Por qué',
    manual: { label: 'Añadida a mano', description: 'Por cualquier motivo suyo.' },
    unsubscribed: {
      label: 'Se dio de baja',
      description: 'El destinatario lo pidió de otra forma, como por teléfono.',
    },
    effect: 'Desde ahora ninguna campaña envía a esta dirección, tampoco una que esté en curso.',
    done: (address) => `${address} ya no recibe campañas`,
    stays: (address, reason) => `${address} ya estaba en la lista: ${reason}`,
  },
  remove: {
    action: 'Quitar',
    label: (address) => `Quitar ${address}`,
    title: '¿Quitar esta dirección de la lista?',
    effect: 'Las campañas nuevas le envían otra vez. Las filas omitidas a causa de la lista no se envían por ello.',
    why: {
      unsubscribed:
        'El destinatario pidió no recibir más campañas. Quite la dirección solo si ha pedido recibirlas otra vez.',
      manual: 'Alguien añadió la dirección a mano o desde un archivo.',
      bounced:
        'Su servidor rechazó un correo definitivamente. La entrada protege al remitente: AWS revisa una cuenta cuando rebota el 5 % de sus correos. También los demás correos, como los avisos de pedidos, se le envían otra vez.',
      complained:
        'El destinatario marcó un correo como spam. La entrada protege al remitente: AWS revisa una cuenta con un 0,1 % de quejas. También los demás correos, como los avisos de pedidos, se le envían otra vez.',
    },
    sure: {
      bounced: 'Sé que la dirección ya funciona',
      complained: 'Sé que el destinatario quiere nuestros correos',
    },
    done: (address) => `${address} puede recibir campañas otra vez`,
  },
  import: {
    action: 'Importar CSV',
    title: 'Importar direcciones',
    what: 'Un CSV con la columna email o address y, si se quiere, reason: unsubscribed, manual, bounced o complained. Como máximo 20.000 filas. El mismo archivo otra vez no cambia nada.',
    file: 'Archivo',
    confirm: 'Importar',
    result: (name) => `Se importó ${name}`,
    added: (count, n) => `${direcciones(count, n)}.`,
    unchanged: (count) => `${count} sin cambios.`,
    skipped: (count, n) => `${count} ${n === 1 ? 'fila omitida' : 'filas omitidas'}.`,
    skippedHint: 'No se añadieron. Corríjalas en el archivo e impórtelo otra vez.',
  },
  export: { action: 'Exportar CSV', failed: 'No se puede exportar la lista' },
};

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A checksum that is updated with each chunk of a body. `digest` returns it in base64. */
export interface Checksum {
  update(chunk: Buffer): void;
  digest(): string;
}

export const CHECKSUMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof CHECKSUMS)[number];

/** A checksum by its name in S3's headers. */
export function checksum(name: ChecksumName): Checksum {
  switch (name) {
    case 'crc32':
      return running(4, 0, (chunk, value) => crc32(chunk, value));
    case 'crc32c':
      return running(4, 0, (chunk, value) => crc32c(chunk, value));
    case 'crc64nvme':
      return crc64nvme();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name);
      return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') };
    }
  }
}

function running(bytes: 4, start: number, next: (chunk: Buffer, value: number) => number): Checksum {
  let value = start;
  return {
    update(chunk) {
      value = next(chunk, value);
    },
    digest() {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUInt32BE(value >>> 0);
      return buffer.toString('base64');
    },
  };
}

/** The table of the reflected Castagnoli polynomial. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(chunk: Buffer, start: number): number {
  let value = ~start;
  for (const byte of chunk) value = (value >>> 8) ^ (CRC32C_TABLE[(value ^ byte) & 255] ?? 0);
  return ~value >>> 0;
}

/** The table of the reflected CRC-64/NVME polynomial, in two halves, because BigInt is fifty times slower. */
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high >>>= 1;
    if (odd) {
      high ^= 0x9a6c9329;
      low ^= 0xac4bc9b5;
    }
  }
  CRC64_HIGH[byte] = high;
  CRC64_LOW[byte] = low;
}

function crc64nvme(): Checksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(chunk) {
      for (const byte of chunk) {
        const index = (low ^ byte) & 255;
        low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[index] ?? 0);
        high = (high >>> 8) ^ (CRC64_HIGH[index] ?? 0);
      }
    },
    digest() {
      const buffer = Buffer.alloc(8);
      buffer.writeUInt32BE(~high >>> 0, 0);
      buffer.writeUInt32BE(~low >>> 0, 4);
      return buffer.toString('base64');
    },
  };
}

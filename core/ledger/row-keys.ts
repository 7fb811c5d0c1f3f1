import { inOnePiece } from '../one-piece.ts';
import { allShards, CONTENT_PREFIX, createdKey, pad, SHARDS, STATE_PREFIX, stateKey, statusKeyOf } from './keys.ts';
import type { SendStatus } from './send.ts';

/** Makes the keys of a batch's rows, for millions of them: what they share is composed once. */
export function rowKeysOf({ batchId, createdAt }: { batchId: string; createdAt: string }) {
  const shared = inOnePiece(createdKey(createdAt, batchId, 0).slice(0, -pad(0).length));
  const ofShards = allShards.map((_, rowNumber) => {
    const statusKeyFor = (status: SendStatus) => inOnePiece(statusKeyOf({ createdAt, rowNumber }, status));
    return {
      pk: inOnePiece(stateKey(batchId, rowNumber).pk),
      pendingKey: statusKeyFor('PENDING'),
      queuedKey: statusKeyFor('QUEUED'),
      errorKey: statusKeyFor('ERROR'),
    };
  });
  return (rowNumber: number) => {
    const ofShard = ofShards[rowNumber % SHARDS] as (typeof ofShards)[number];
    const number = pad(rowNumber);
    return {
      ...ofShard,
      sk: `${STATE_PREFIX}${number}`,
      contentSk: `${CONTENT_PREFIX}${number}`,
      createdKey: `${shared}${number}`,
    };
  };
}

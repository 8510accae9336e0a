import { crc32, deflateRawSync } from 'node:zlib';

/** A part of a zip file, and what its headers say of it where that is not the truth. */
export interface ZipPart {
	name: string;
	content: string | Buffer;
	isStored?: boolean;
	/** The uncompressed size that the headers state. */
	statedSize?: number;
	statedChecksum?: number;
	/** Bits of the headers, such as 1 for an encrypted part. */
	flags?: number;
	method?: number;
	/** The content as it is packed, for what is too large to be held. */
	deflated?: { data: Buffer; size: number; checksum: number };
}

/** Writes a zip file by hand, so that it can also be a wrong one. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
	const local: Buffer[] = [];
	const central: Buffer[] = [];
	let offset = 0;
	for (const part of parts) {
		const { header, name, data } = entryOf(part);
		const start = Buffer.alloc(30);
		start.write('PK\x03\x04', 'latin1');
		header.copy(start, 4);
		local.push(start, name, data);
		const record = Buffer.alloc(46);
		record.write('PK\x01\x02', 'latin1');
		record.writeUInt16LE(20, 4);
		header.copy(record, 6);
		record.writeUInt32LE(offset, 42);
		central.push(record, name);
		offset += start.length + name.length + data.length;
	}
	const size = central.reduce((sum, { length }) => sum + length, 0);
	const end = Buffer.alloc(22);
	end.write('PK\x05\x06', 'latin1');
	end.writeUInt16LE(parts.length, 8);
	end.writeUInt16LE(parts.length, 10);
	end.writeUInt32LE(size, 12);
	end.writeUInt32LE(offset, 16);
	return Buffer.concat([...local, ...central, end]);
}

/** The 26 bytes that both headers of a part share, its name and its data. */
function entryOf({
	name,
	content,
	isStored,
	statedSize,
	statedChecksum,
	flags = 0,
	method,
	deflated,
}: ZipPart) {
	const plain = Buffer.from(content);
	const data = deflated?.data ?? (isStored ? plain : deflateRawSync(plain));
	const header = Buffer.alloc(26);
	header.writeUInt16LE(20, 0);
	header.writeUInt16LE(flags, 2);
	header.writeUInt16LE(method ?? (isStored ? 0 : 8), 4);
	header.writeUInt32LE(statedChecksum ?? deflated?.checksum ?? crc32(plain), 10);
	header.writeUInt32LE(data.length, 14);
	header.writeUInt32LE(statedSize ?? deflated?.size ?? plain.length, 18);
	header.writeUInt16LE(Buffer.byteLength(name), 22);
	return { header, name: Buffer.from(name), data };
}

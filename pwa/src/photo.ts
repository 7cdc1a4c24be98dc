// A photo made small on the tablet: a letter has to be read, not printed. Nothing of the camera's own file is kept.

const LONGEST_PX = 1600;
const MOST_BYTES = 300_000;
/** From good to still readable; below the last one the picture is made smaller instead. */
const QUALITIES = [0.8, 0.65, 0.5, 0.4];

/** A JPEG of at most about 300 kB, upright, without the place and time that a camera writes into it. Throws when it is no picture. */
export async function small(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  try {
    for (let longest = LONGEST_PX; ; longest *= 0.75) {
      const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
      for (const quality of QUALITIES) {
        const made = await drawn(picture, Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)), quality);
        if (made.size <= MOST_BYTES) return made;
      }
    }
  } finally {
    picture.close();
  }
}

function drawn(picture: ImageBitmap, width: number, height: number, quality: number): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d')!.drawImage(picture, 0, 0, width, height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), 'image/jpeg', quality));
}

// The fixture's published services: what is said of a change, and one mistake that it finds.
export function publishWords(before, after, say) {
  const [was, now] = [before, after].map((one) => one.publish ?? []);
  const said = (one) => `${one.label}, ${one.ports.join(", ")} → ${one.to.address}`;
  const words = [];
  for (const one of now) {
    const former = was.find(({ id }) => id === one.id);
    if (former === undefined) words.push(say(`Published: ${said(one)}.`, `发布：${said(one)}。`));
    else if (JSON.stringify(former) !== JSON.stringify(one)) words.push(say(`Published service now: ${said(one)}.`, `发布改为：${said(one)}。`));
  }
  for (const one of was) if (!now.some(({ id }) => id === one.id)) words.push(say(`No longer published: ${said(one)}.`, `不再发布：${said(one)}。`));
  return words;
}

/** What came to each: none to every third. */
export function published(document) {
  const items = (document.publish ?? []).map(({ id, from }) => ({ id, for: from === "all" ? "anybody" : "listed", hits: id % 3 === 0 ? 0 : id * 1201, lastHit: id % 3 === 0 ? null : new Date(Date.now() - id * 600_000).toISOString(), countedSince: new Date(Date.now() - 40 * 86_400_000).toISOString() }));
  return { items };
}

export function publishFaults(document, say) {
  const faults = [];
  const taken = new Map();
  (document.publish ?? []).forEach((one, index) =>
    one.ports.forEach((port, at) => {
      const other = taken.get(port);
      if (other !== undefined) faults.push({ field: `/document/publish/${index}/ports/${at}`, code: "publish_port_used", message: say(`a port of this is already published as ${other}`, `其中有端口已发布为“${other}”`) });
      taken.set(port, one.label);
    }),
  );
  return faults;
}

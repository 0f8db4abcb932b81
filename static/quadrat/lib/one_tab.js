// @ts-check
/**
 * One tab at a time works on a campaign: the newest one that was asked for. The others are told.
 * @param {string} name @param {() => void} onTaken
 */
export function takeOver(name, onTaken) {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(name);
  channel.onmessage = () => {
    channel.close();
    onTaken();
  };
  channel.postMessage("mine");
}

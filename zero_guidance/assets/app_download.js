// A file that came as a value is saved by the browser; the server keeps none.
watch("value", () => {
  const file = props.value;
  if (!file || !file.content) return;
  const bytes = Uint8Array.from(atob(file.content), letter => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], {type: "application/octet-stream"}));
  link.download = file.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});

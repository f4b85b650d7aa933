"use strict";
(() => {
	const largest = 20 * 1024 * 1024; // as workbook.MaxSize: of a larger file its size is all that is looked at
	const by = (id) => document.getElementById(id);
	const words = (ja, en) => {
		const span = document.createElement("span");
		span.lang = "en";
		span.textContent = en;
		return [ja + " ", span];
	};
	const element = (name, ...children) => {
		const e = document.createElement(name);
		e.append(...children);
		return e;
	};
	const say = (ja, en, bad = false) => {
		by("status").className = bad ? "bad" : "";
		by("status").replaceChildren(...words(ja, en));
	};
	const embedded = (id) => {
		const text = atob(by(id).textContent);
		const bytes = new Uint8Array(text.length);
		for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
		return bytes;
	};
	const painted = () => new Promise((done) => setTimeout(done, 30));

	let copy = null; // the marked copy of the file that was checked last, with its name

	async function start() {
		const packed = new Blob([embedded("rules")]).stream().pipeThrough(new DecompressionStream("gzip"));
		const go = new Go();
		const program = await WebAssembly.instantiate(await new Response(packed).arrayBuffer(), go.importObject);
		go.run(program.instance);
		const why = cssa.open(embedded("folders"), document.body.dataset.edition);
		if (why !== "") throw new Error(why);
		say("準備ができました。", "Ready.");
	}
	const ready = start();
	ready.catch((err) => {
		console.error(err);
		say("このブラウザでは確認できません。新しいEdge・Chrome・Firefox・Safariでお開きください。", "This browser cannot do the check. Please use a recent Edge, Chrome, Firefox or Safari.", true);
	});

	async function check(file) {
		by("result").hidden = true;
		copy = null;
		try {
			await ready;
		} catch {
			return; // it was said above
		}
		say(`${file.name} を確認しています…`, `Checking ${file.name} …`);
		await painted();
		let head;
		try {
			head = new Uint8Array(await file.slice(0, file.size > largest ? 0 : file.size).arrayBuffer());
		} catch {
			say("ファイルを読めませんでした。Excelで開いていれば閉じて、もう一度選んでください。", "The file could not be read. If it is open in Excel, close it and choose it again.", true);
			return;
		}
		let verdict;
		try {
			globalThis.cssaVerdict = cssa.check(head, file.size);
			verdict = JSON.parse(globalThis.cssaVerdict);
		} catch (err) {
			console.error(err);
			say("確認が途中で止まりました。ページを開き直しても止まるときは、そのまま提出してください。", "The check stopped. Open this page anew; if it stops again, submit the file as it is.", true);
			return;
		}
		show(file, verdict);
	}

	function show(file, v) {
		const mend = v.faults.filter((f) => f.severity === "mend").length;
		const confirm = v.faults.length - mend;
		const outcome = mend > 0
			? ["mend", `✗ 要修正が ${mend} 件${confirm ? `、△ 要確認が ${confirm} 件` : ""}あります`, `${mend} to mend${confirm ? `, ${confirm} to confirm` : ""}`]
			: confirm > 0
				? ["confirm", `△ 提出できます。要確認が ${confirm} 件あります`, `It can be submitted. ${confirm} to confirm`]
				: ["fine", "✓ 直すところはありません", "Nothing to mend"];
		by("result").className = outcome[0];
		by("outcome").replaceChildren(...words(outcome[1], outcome[2]));
		const fact = (ja, en, text) => element("div", element("dt", ...words(ja, en)), element("dd", text));
		by("facts").replaceChildren(fact("ファイル", "File", file.name), ...(v.firm ? [fact("先番号", "Firm", v.firm)] : []), fact("回答", "Answers", String(v.answers)));
		by("faults").replaceChildren(...(v.faults.length ? [table(v.faults)] : []));
		const next = mend > 0
			? ["直して保存したら、もう一度ここで確認してください。まだ何も送信していません。", "Mend these, save the file, and check it here again. Nothing has been sent."]
			: ["まだ何も送信していません。案内にある方法で、このファイルを提出してください。", "Nothing has been sent. Submit this file as your invitation says."];
		by("next").replaceChildren(...words(...next));
		const marked = v.faults.length ? cssa.marked() : null;
		copy = marked && { bytes: marked, name: file.name.replace(/\.[^.]*$/, "") + "-確認.xlsx" };
		by("save").hidden = !copy;
		by("nosave").hidden = !v.faults.length || !!copy;
		say("確認が終わりました。", "Done.");
		by("result").hidden = false;
		by("outcome").focus();
		by("outcome").scrollIntoView({ block: "start" });
	}

	const heads = [["No.", ""], ["種類", "Kind"], ["シート・番地", "Sheet, cell"], ["設問", "Question"], ["入力された値", "Found"], ["どこが違うか", "What is wrong"], ["直し方", "How to mend"]];

	function table(faults) {
		// The roles are spelled out, since a table that is shown as blocks on a phone would lose them.
		const part = (name, role, ...children) => {
			const e = element(name, ...children);
			e.setAttribute("role", role);
			return e;
		};
		const head = part("tr", "row", ...heads.map(([ja, en]) => {
			const th = part("th", "columnheader", ...words(ja, en));
			th.scope = "col";
			return th;
		}));
		const rows = faults.map((f, i) => {
			const cells = [
				[String(i + 1)],
				f.severity === "mend" ? words("✗ 要修正", "to mend") : words("△ 要確認", "to confirm"),
				f.sheet ? [f.sheet + (f.cell ? "　" : ""), element("b", f.cell || "")] : words("ファイル", "file"),
				[f.question || "－"],
				[f.found || (f.cell ? "（空欄）" : "－")],
				words(f.what_ja, `${f.what_en} (${f.code})`),
				words(f.mend_ja, f.mend_en),
			].map((children, c) => {
				const td = part("td", "cell", ...children);
				td.dataset.head = heads[c][0];
				return td;
			});
			cells[4].className = "found";
			const row = part("tr", "row", ...cells);
			row.className = f.severity;
			return row;
		});
		const t = part("table", "table", part("thead", "rowgroup", head), part("tbody", "rowgroup", ...rows));
		t.setAttribute("aria-labelledby", "outcome");
		return t;
	}

	by("file").addEventListener("click", () => { by("file").value = ""; }); // the same file, mended, may be chosen again
	by("file").addEventListener("change", () => { if (by("file").files.length) check(by("file").files[0]); });
	let inside = 0;
	const over = (more) => by("drop").classList.toggle("over", (inside = more) > 0);
	document.addEventListener("dragenter", (e) => { e.preventDefault(); over(inside + 1); });
	document.addEventListener("dragleave", () => over(inside - 1));
	document.addEventListener("dragover", (e) => e.preventDefault());
	document.addEventListener("drop", (e) => {
		e.preventDefault();
		over(0);
		if (e.dataTransfer.files.length) check(e.dataTransfer.files[0]);
	});
	by("save").querySelector("button").addEventListener("click", () => {
		const link = element("a");
		link.href = URL.createObjectURL(new Blob([copy.bytes], { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" }));
		link.download = copy.name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 60000);
	});
})();

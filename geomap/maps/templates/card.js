// The popup of a place: what it is, how often it is named, and the sentences that name it, with their articles.
(function () {
  "use strict";

  const geomap = L.geomap;
  const PAGE = 20; // sentences

  geomap.confidence = function (percent) {
    if (percent < 0) {
      return "unknown confidence";
    }
    const word =
      percent >= 80 ? "high" : percent >= geomap.DOUBTFUL ? "fair" : "low";
    return `${word} confidence, ${percent}%`;
  };

  geomap.card = function (data, number) {
    const { places } = data;
    const card = geomap.element("article", "geomap-card");
    const heading = geomap.element("h2", "", places.name[number]);
    heading.tabIndex = -1;
    heading.dir = "auto";
    card.append(heading);
    const kind = places.kind[number];
    const what = [places.within[number], kind].filter(Boolean).join(" · ");
    if (what) {
      const within = geomap.element("p", "geomap-within", what);
      within.dir = "auto";
      card.append(within);
    }
    card.append(geomap.line("geomap-facts", facts(places, number)));
    const doubtful = geomap.isDoubtful(places.confidence[number]);
    const sure = geomap.confidence(places.confidence[number]);
    const confidence = geomap.element(
      "p",
      "geomap-confidence",
      doubtful
        ? `Doubtful: ${sure} on average`
        : `${sure[0].toUpperCase()}${sure.slice(1)} on average`,
    );
    confidence.classList.toggle("geomap-doubt", doubtful);
    card.append(confidence);
    const list = geomap.element("ol", "geomap-articles");
    card.append(list);
    more(data, number, list, places.rows[number]);
    return card;
  };

  function facts(places, number) {
    const counts = `${geomap.count(places.mentions[number], "mention")} in ${geomap.count(places.articles[number], "article")}`;
    return [counts, geomap.dates(places.first[number], places.last[number])];
  }

  // Appends the next sentences from a row on, under their articles, and a button for those that follow.
  function more(data, number, list, begin) {
    const end = data.places.rows[number + 1];
    const stop = Math.min(begin + PAGE, end);
    for (let row = begin; row < stop; row += 1) {
      const article = data.rows.article[row];
      if (Number(list.dataset.article ?? -1) !== article) {
        list.append(headed(data.articles, article));
        list.dataset.article = article;
      }
      list.lastElementChild.append(quote(data, row));
    }
    if (stop < end) {
      const left = geomap.count(end - stop, "sentence");
      const button = geomap.element(
        "button",
        "geomap-button geomap-more",
        `Show more (${left} left)`,
      );
      geomap.onClick(button, () => {
        const before = list.querySelectorAll("blockquote").length;
        button.remove();
        more(data, number, list, stop);
        const next = list.querySelectorAll("blockquote")[before];
        next.tabIndex = -1;
        next.focus({ preventScroll: true });
      });
      list.after(button);
    }
  }

  function headed(articles, article) {
    const item = geomap.element("li");
    const title = articles.title[article] || "Untitled article";
    const url = articles.url[article];
    const heading = geomap.element("h3");
    heading.dir = "auto";
    if (articles.link[article] && isWebPage(url)) {
      const link = geomap.element("a", "", title);
      link.href = url;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      heading.append(link);
    } else {
      heading.textContent = title;
    }
    item.append(heading);
    const about = [
      articles.source[article],
      geomap.date(articles.date[article]),
    ];
    const line = about.filter(Boolean).join(" · ");
    if (line) {
      const note = geomap.element("p", "geomap-about", line);
      note.dir = "auto";
      item.append(note);
    }
    if (url && !heading.firstElementChild) {
      item.append(geomap.element("p", "geomap-about geomap-url", url));
    }
    return item;
  }

  function isWebPage(url) {
    try {
      return ["http:", "https:"].includes(new URL(url).protocol);
    } catch {
      return false;
    }
  }

  function quote(data, row) {
    const sentence = data.sentences[data.rows.sentence[row]];
    const marks = data.rows.marks[row];
    const block = geomap.element("blockquote");
    block.dir = "auto";
    let at = 0;
    for (let i = 0; i < marks.length; i += 2) {
      block.append(
        sentence.slice(at, marks[i]),
        geomap.element("mark", "", sentence.slice(marks[i], marks[i + 1])),
      );
      at = marks[i + 1];
    }
    block.append(sentence.slice(at));
    const percent = data.rows.confidence[row];
    if (geomap.isDoubtful(percent)) {
      block.append(
        " ",
        geomap.element("span", "geomap-doubt", geomap.confidence(percent)),
      );
    }
    return block;
  }
})();

"""Which lines on a news page are not the article?

Lower case, typographic apostrophes made straight, punctuation at both ends taken off. Pure data: how the lines are
matched is the business of `reading.paragraphs`."""

# A line of its own that opens a list of other articles.
TEASER_HEADINGS = frozenset(
    """
    must read
    must reads
    latest
    latest news
    latest stories
    latest posts
    latest articles
    latest updates
    latest headlines
    breaking news
    read also
    also read
    read more
    read next
    read on
    read more on this
    read more stories
    read more about this
    keep reading
    continue reading
    up next
    see also
    see more
    more
    more news
    more stories
    more articles
    more posts
    more to read
    more on this
    more on this story
    more on this topic
    more headlines
    more like this
    related
    related post
    related posts
    related news
    related story
    related stories
    related article
    related articles
    related topics
    related content
    related coverage
    related reading
    related items
    related links
    further reading
    most read
    most popular
    most viewed
    most shared
    most recent
    most commented
    most watched
    popular
    popular now
    popular news
    popular posts
    popular stories
    popular articles
    trending
    trending now
    trending news
    trending stories
    trending topics
    top news
    top stories
    top headlines
    top picks
    today's top stories
    recent
    recent news
    recent posts
    recent stories
    recent articles
    recommended
    recommended for you
    recommended reading
    recommended stories
    recommended articles
    we recommend
    suggested for you
    suggested reading
    you may like
    you may also like
    you might like
    you might also like
    you may also be interested in
    you might be interested in
    you may have missed
    in case you missed it
    icymi
    don't miss
    do not miss
    editor's pick
    editor's picks
    editors' picks
    editor's choice
    featured
    featured news
    featured stories
    in other news
    other news
    other stories
    stories for you
    from the web
    from around the web
    around the web
    promoted content
    promoted stories
    sponsored content
    sponsored stories
    what to read next
    what others are reading
    people also read
    readers also liked
    next story
    previous story
    next article
    previous article
    next post
    previous post
    """.strip().split("\n    ")
)

# Openings of such a line that end in a name ("More from Sports", "Also on Example.com").
TEASER_HEADING_OPENINGS = (
    "more from ",
    "more on ",
    "more in ",
    "latest from ",
    "latest in ",
    "latest on ",
    "also on ",
    "also in ",
    "related to this",
    "trending in ",
    "trending on ",
    "most read in ",
    "most popular in ",
    "top stories in ",
    "recommended by ",
    "stories from ",
)

# Before a colon, bar or dash these announce one other article on the same line.
INLINE_TEASERS = frozenset(
    """
    read
    read also
    also read
    read more
    read more here
    read next
    read here
    see also
    also see
    must read
    must watch
    related
    related news
    related story
    related article
    related articles
    recommended
    more
    more on this
    watch
    watch also
    also watch
    don't miss
    you may also like
    in case you missed it
    icymi
    explained
    opinion
    editorial
    """.strip().split("\n    ")
)

# After these and nothing but words in capitals or a title, no colon is needed ("READ MORE Storm closes port").
SHOUTED_TEASERS = ("READ MORE ", "READ ALSO ", "ALSO READ ", "MUST READ ", "READ NEXT ", "SEE ALSO ", "RELATED ")

BYLINES = frozenset(
    """
    our correspondent
    our correspondents
    our staff correspondent
    our staff reporter
    our reporter
    our special correspondent
    our own correspondent
    a correspondent
    the correspondent
    special correspondent
    staff correspondent
    staff reporter
    staff report
    staff writer
    staff
    correspondent
    web desk
    web report
    web team
    news desk
    newsdesk
    news report
    news agencies
    monitoring desk
    online desk
    digital desk
    agencies
    agency
    wire services
    press release
    afp
    ap
    reuters
    ani
    pti
    app
    inp
    dpa
    xinhua
    associated press
    the associated press
    agence france-presse
    """.strip().split("\n    ")
)

BYLINE_OPENINGS = (
    "reporting by ",
    "reported by ",
    "additional reporting by ",
    "additional reporting ",
    "writing by ",
    "written by ",
    "edited by ",
    "editing by ",
    "compiled by ",
    "translated by ",
    "photographs by ",
    "photography by ",
    "with inputs from ",
    "with input from ",
    "with reporting by ",
    "contributing: ",
    "contributors: ",
    "contributor: ",
    "author: ",
    "authors: ",
    "reporter: ",
    "editor: ",
    "written for ",
    "posted by ",
    "published by ",
    "story by ",
)

# Before a date on a line of its own ("Updated: 3 May, 10:20").
DATE_LABELS = frozenset(
    "published posted updated modified edited created date dated last first on at by time online print edition".split()
)
DATE_WORDS = frozenset(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    """.split()
)
DATE_FILLERS = frozenset(
    """
    am pm a m p est edt cst cdt mst mdt pst pdt et gmt utc bst ist pkt cet cest hrs hours hour minutes minute min mins
    ago read st nd rd th of the and comments comment views view
    """.split()
)

CAPTION_OPENINGS = (
    "file photo",
    "file picture",
    "file image",
    "file pic",
    "photo:",
    "photos:",
    "photo by ",
    "photo courtesy",
    "photo credit",
    "photograph:",
    "picture:",
    "pictured:",
    "picture credit",
    "picture courtesy",
    "image:",
    "images:",
    "image by ",
    "image credit",
    "image courtesy",
    "image source",
    "representational image",
    "representational photo",
    "representative image",
    "illustration:",
    "illustration by ",
    "caption:",
    "credit:",
    "credits:",
    "screengrab",
    "screenshot:",
    "video:",
    "graphic:",
    "map:",
)

AGENCIES = (
    "afp",
    "ap",
    "ap photo",
    "reuters",
    "pa",
    "pa wire",
    "pa archive",
    "pa images",
    "epa",
    "getty",
    "getty images",
    "ani",
    "pti",
    "xinhua",
    "anadolu",
    "shutterstock",
    "alamy",
    "bloomberg",
    "istock",
    "social media",
    "twitter",
    "file",
    "supplied",
    "handout",
    "screengrab",
)

# Openings of a note about the text rather than of the text.
DISCLAIMER_OPENINGS = (
    "disclaimer",
    "legal disclaimer",
    "legal notice",
    "this post has been auto-published",
    "this post is auto-published",
    "this story has been auto-published",
    "this story has not been edited",
    "this report has not been edited",
    "this article has not been edited",
    "this is an auto-generated",
    "this article was originally published",
    "this article was first published",
    "this article originally appeared",
    "this article first appeared",
    "this story was originally published",
    "this story was first published",
    "this story originally appeared",
    "originally published in",
    "originally published on",
    "originally published at",
    "published in dawn",
    "published with permission",
    "republished with permission",
    "copyright ©",
    "copyright (c)",
    "© ",
    "(c) 20",
    "we use cookies",
    "this site uses cookies",
    "this website uses cookies",
    "our site uses cookies",
    "by continuing to use this site",
    "by continuing to browse",
    "by clicking",
    "by subscribing",
    "by signing up",
    "privacy policy",
    "terms of use",
    "terms of service",
    "terms and conditions",
    "cookie policy",
    "cookie settings",
    "manage cookies",
    "accept cookies",
    "accept all cookies",
    "your privacy",
    "eligibility for",
    "view original content",
)

# Openings that ask the reader to do something for the outlet: only on short lines.
APPEAL_OPENINGS = (
    "subscribe",
    "sign up",
    "sign in",
    "log in",
    "register now",
    "register for free",
    "follow us",
    "follow our",
    "join us",
    "join our",
    "like us",
    "download our",
    "download the app",
    "get the free ",
    "get our ",
    "get the latest ",
    "get breaking news",
    "get unlimited access",
    "click here",
    "tap here",
    "support our journalism",
    "support independent journalism",
    "donate",
    "become a member",
    "become a subscriber",
    "already a subscriber",
    "stay up to date with",
    "stay tuned",
    "stay connected",
    "enter your email",
    "please enable javascript",
    "please support",
    "visit our website",
    "visit us on",
    "listen to this article",
    "listen to the full",
    "watch the video",
    "watch live",
    "newsletter",
    "invalid email",
    "email us",
    "contact us",
    "write to us",
    "have a story",
    "thank you for reading",
    "thanks for reading",
)

# A disclaimer about opinions has both an opening and one of the other words.
OPINION_OPENINGS = (
    "the views expressed",
    "the views and opinions",
    "the opinions expressed",
    "views expressed",
    "opinions expressed",
    "the view expressed",
    "the author's views",
    "the writer's views",
    "the views in this",
    "the facts and opinions",
)
OPINION_WORDS = (
    "author",
    "writer",
    "contributor",
    "do not necessarily",
    "does not necessarily",
    "not reflect",
    "their own",
    "his own",
    "her own",
    "columnist",
)

# A note on where a compilation comes from.
SOURCES_OPENINGS = ("sources:", "source:", "sources -", "source -")
SOURCES_WORDS = (
    "compiled",
    "compiling",
    "verified reports",
    "cross-referenced",
    "cross-checked",
    "were used",
    "was used",
    "this summary",
    "this article",
    "this report",
    "for accuracy",
)

FURNITURE = frozenset(
    """
    advertisement
    advertisements
    advertisment
    advertising
    advert
    ad
    ads
    sponsored
    promoted
    story continues below advertisement
    story continues below this ad
    article continues below advertisement
    article continues after ad
    scroll to continue
    scroll down to continue
    remove ads
    share
    shares
    share this
    share this article
    share this story
    share this post
    share this page
    share this with
    share on facebook
    share on twitter
    share on x
    share on whatsapp
    share on linkedin
    share via email
    share via
    save
    save article
    save this article
    save for later
    bookmark
    tweet
    retweet
    pin it
    facebook
    twitter
    x
    instagram
    youtube
    linkedin
    whatsapp
    telegram
    pinterest
    reddit
    tumblr
    tiktok
    threads
    bluesky
    mastodon
    messenger
    viber
    email
    e-mail
    print
    print this article
    copy link
    link copied
    copy url
    gift this article
    text size
    listen
    play
    pause
    menu
    main menu
    home
    search
    skip to content
    skip to main content
    skip to navigation
    close
    open
    back
    back to top
    next
    previous
    prev
    loading
    load more
    show more
    show less
    view all
    view more
    see all
    expand
    collapse
    login
    logout
    my account
    about us
    contact us
    contact
    careers
    sitemap
    site map
    newsletter
    newsletters
    notifications
    comments
    comment
    no comments
    add a comment
    post a comment
    leave a comment
    leave a reply
    write a comment
    cancel reply
    reply
    be the first to comment
    view comments
    show comments
    reader comments
    join the conversation
    join the discussion
    have your say
    like
    likes
    dislike
    follow
    following
    subscribe
    subscribe now
    tags
    topics
    categories
    category
    filed under
    keywords
    gallery
    photo gallery
    video
    videos
    photos
    live
    watch live
    listen live
    abstract
    full text
    end
    ends
    the end
    the latest
    image
    photo
    """.strip().split("\n    ")
)

FURNITURE_OPENINGS = (
    "tags:",
    "tag:",
    "topics:",
    "topic:",
    "keywords:",
    "filed under",
    "posted in ",
    "categories:",
    "category:",
    "share this:",
    "share:",
    "like this:",
    "follow us on",
    "skip to ",
    "pic.twitter.com/",
    "hashtags:",
)

# A line of its own after which readers speak, not the article.
COMMENT_SECTIONS = frozenset(
    """
    comments
    reader comments
    readers' comments
    user comments
    leave a comment
    leave a reply
    post a comment
    add a comment
    write a comment
    join the conversation
    join the discussion
    have your say
    view comments
    show comments
    top comments
    """.strip().split("\n    ")
)

# Finite verbs that make a short line without a stop a sentence rather than a heading.
SENTENCE_VERBS = frozenset(
    """
    is are was were be been has have had will would can could may might must should shall do does did
    said says say told added claimed stated denied confirmed reported warned killed injured died attacked
    isn't aren't wasn't weren't hasn't haven't hadn't won't wouldn't can't couldn't don't doesn't didn't
    """.split()
)
QUESTION_WORDS = frozenset("how why what where who when which whose".split())
SMALL_WORDS = frozenset(
    """
    a an the and or nor but of in on at to by for from with as vs over into amid after before is its it's his her
    """.split()
)

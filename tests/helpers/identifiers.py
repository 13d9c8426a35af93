# ruff: noqa: E501, RUF001 - one list a line, in a dozen scripts
"""Invented texts of a room: three hundred and more with something that names a person or a home in
them, and ordinary ones without.

Hand-written templates, invented names. ``«»`` marks the piece that a hint must find.
"""

from __future__ import annotations

from collections.abc import Iterator

# language -> kind -> (templates, what is put into {})
SEEDED: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "en": {
        "name": (
            ("my name is «{}»", "I am «{}» and I live here", "They call me «{}»", "ask «Mrs {}» at the desk",
             "my neighbour «{}» shouts at us", "«{} Okafor» works there at night"),
            ("Adaeze", "Marwa"),
        ),
        "phone": (("call me «{}» please", "«{}» is my number"), ("07700 900 123", "+44 7700.900.456")),
        "address": (("I live at «{}»", "it happens in front of «{}» every evening"),
                    ("14 Larkspur Road", "flat 9, Elm Court", "Mill Lane 27")),
        "email": (("write to «{}»",), ("marwa.k@example.org", "adaeze at gmail dot com")),
        "plate": (("the man in the car «{}»",), ("AB12 CDE", "KX 61 ZRT")),
        "date": (("it happened on «{}»",), ("12/03/2025", "3rd of May")),
        "school": (("my son goes to «{}»",), ("Larkspur Primary School", "St Brigid College")),
    },
    "fr": {
        "name": (
            ("je m'appelle «{}»", "mon nom est «{}»", "c'est «{}» qui tient le bar", "demandez «Mme {}»",
             "mon voisin «{}» crie", "«{} Benali» me suit"),
            ("Samira", "Aïcha"),
        ),
        "phone": (("appelez-moi au «{}»", "«{}», c'est mon numéro"), ("06 12 34 56 78", "06.98.76.54.32")),
        "address": (("j'habite «{}»", "devant le «{}» il fait noir"),
                    ("12 rue des Lilas", "47 bis avenue du Parc", "bâtiment C, appartement 14")),
        "email": (("écrivez à «{}»",), ("samira.b@exemple.fr", "@samira_bx")),
        "plate": (("l'homme dans la voiture «{}»",), ("AB-123-CD", "GH 456 JK")),
        "date": (("c'était le «{}»",), ("14 juillet", "02/11/2024")),
        "school": (("ma fille va à «{}»",), ("l'école Jules Ferry", "collège Louise Michel")),
    },
    "ar": {
        "name": (
            ("اسمي «{}»", "أنا اسمي «{}» وأسكن هنا", "جارتي «أم {}» رأت كل شيء", "اسألوا «السيدة {}»",
             "صاحب المحل اسمه «{}»", "«الدكتورة {}» تساعدنا"),
            ("ليان", "رهف"),
        ),
        "phone": (("رقمي «{}»", "اتصلوا بي على «{}»"), ("٠٩٤٤ ١٢٣ ٤٥٦", "0944123456")),
        "address": (("أسكن في «{}»", "أمام «{}» مظلم جداً"), ("شارع النيل ١٢", "عمارة ٧ شقة ٣", "شارع الزيتون رقم 45")),
        "email": (("اكتبوا إلى «{}»",), ("layan@example.com", "انستغرام rahaf_99")),
        "plate": (("السيارة «{}» تلاحقني",), ("لوحة ٤٥٦٧٨", "ب ر س 4567")),
        "date": (("حدث في «{}»",), ("12 آذار", "٢٠٢٤/٥/٣")),
        "school": (("ابنتي في «{}»",), ("مدرسة النور", "مدرسة الزهراء الابتدائية")),
    },
    "uk": {
        "name": (
            ("мене звати «{}»", "моє ім'я «{}»", "мій сусід «{}» кричить", "запитайте «пані {}»",
             "його звати «{}»", "мені допомогла «{} Ткачук»"),
            ("Мар'яна", "Богдан"),
        ),
        "phone": (("мій номер «{}»", "дзвоніть «{}»"), ("+380 67 123 45 67", "067-765-43-21")),
        "address": (("я живу на «{}»", "біля будинку «{}» темно"),
                    ("вул. Калинова, 12", "вулиця Садова 7", "проспекті Миру, буд. 45, кв. 3")),
        "email": (("пишіть на «{}»",), ("maryana@example.ua", "телеграм bogdan_77")),
        "plate": (("машина «{}» стоїть тут щовечора",), ("АА 1234 ВС", "ВН5678КК")),
        "date": (("це було «{}»",), ("24 лютого", "05.06.2024")),
        "school": (("мій син ходить у «{}»",), ("школу № 12", "гімназію 45")),
    },
    "tr": {
        "name": (
            ("adım «{}»", "benim adım «{}», burada çalışıyorum", "komşum «{}» bağırıyor", "«{} Hanım» yardım etti",
             "ismim «{}»", "beni «{} Yıldırım» takip ediyor"),
            ("Elif", "Zeynep"),
        ),
        "phone": (("numaram «{}»", "beni «{}» ara"), ("0532 123 45 67", "+90 (532) 765-43-21")),
        "address": (("evim «{}»", "orası «{}» önü, çok karanlık"),
                    ("Lale Sokak No: 12", "Gül Caddesi 45", "Menekşe Mahallesi, kat 3 daire 7")),
        "email": (("bana yazın «{}»",), ("elif@ornek.com.tr", "instagram zeynep.y34")),
        "plate": (("«{}» plakalı araba",), ("34 ABC 123", "06 KZ 4567")),
        "date": (("bu «{}» oldu",), ("15 Mart", "11.09.2024")),
        "school": (("kızım «{}» gidiyor",), ("Lale İlkokulu", "Gül Anadolu Lisesi")),
    },
    "ru": {
        "name": (
            ("меня зовут «{}»", "моё имя «{}»", "мой сосед «{}» кричит", "спросите «господина {}»",
             "его зовут «{}»", "здесь работает «{} Воронова»"),
            ("Айгуль", "Тимур"),
        ),
        "phone": (("мой номер «{}»", "звоните «{}»"), ("8 916 123-45-67", "+7 (905) 765 43 21")),
        "address": (("я живу на «{}»", "возле «{}» темно"),
                    ("ул. Садовая, д. 12", "улице Лесной 7, кв. 3", "проспекте Мира 45")),
        "email": (("пишите на «{}»",), ("aigul@primer.ru", "тимур собака почта точка ру")),
        "plate": (("машина «{}» ездит за мной",), ("А123ВС77", "К 456 МН 99")),
        "date": (("это было «{}»",), ("9 мая", "01.02.2025")),
        "school": (("дочь учится в «{}»",), ("школе № 5", "школе 214")),
    },
    "fa": {
        "name": (
            ("اسم من «{}» است", "نام من «{}» است", "همسایه‌ام «آقای {}» داد می‌زند", "از «خانم {}» بپرسید",
             "اسمش «{}» است", "«دکتر {}» به ما کمک کرد"),
            ("شیرین", "بهروز"),
        ),
        "phone": (("شماره من «{}»", "زنگ بزنید «{}»"), ("۰۹۱۲ ۱۲۳ ۴۵۶۷", "09123456789")),
        "address": (("خانه ما «{}»", "جلوی «{}» تاریک است"), ("خیابان بهار پلاک ۱۲", "کوچه یاس ۷", "خیابان آزادی واحد ۳")),
        "email": (("بنویسید به «{}»",), ("shirin@example.ir", "اینستاگرام behrooz_22")),
        "plate": (("ماشین «{}» دنبالم می‌آید",), ("۱۲ ب ۳۴۵ ایران ۶۷", "پلاک 45678")),
        "date": (("این اتفاق «{}» افتاد",), ("۱۵ مهر", "۱۴۰۳/۰۲/۱۲")),
        "school": (("پسرم در «{}» است",), ("دبستان سعدی", "مدرسه شهید بهشتی")),
    },
    "ps": {
        "name": (
            ("زما نوم «{}» دی", "نوم مې «{}» دی", "له «مېرمن {}» پوښتنه وکړئ", "د هغه نوم «{}» دی",
             "«ډاکټر {}» مرسته وکړه", "«ښاغلی {}» هلته کار کوي"),
            ("سپوږمۍ", "زلمی"),
        ),
        "phone": (("زما شمېره «{}» ده", "زنګ راته ووهئ «{}»"), ("۰۷۰۰ ۱۲۳ ۴۵۶", "0700123456")),
        "address": (("زه په «{}» کې اوسېږم", "د «{}» مخې ته تیاره ده"), ("کوڅه ۷ کور ۱۲", "شهید سړک ۴۵", "کور نمبر ۹")),
        "email": (("دلته ولیکئ «{}»",), ("spogmai@example.af", "فېسبوک zalmai_1")),
        "plate": (("موټر «{}» راپسې دی",), ("پلیټ نمبر ۴۵۶۷", "KBL 12345")),
        "date": (("دا په «{}» وشول",), ("۱۲ وږی", "۲۰۲۴/۵/۱۲")),
        "school": (("زما زوی «{}» ته ځي",), ("ملالۍ لېسه", "ښوونځی نازو انا")),
    },
    "es": {
        "name": (
            ("me llamo «{}»", "mi nombre es «{}»", "mi vecino «{}» grita", "pregunten a la «señora {}»",
             "se llama «{}»", "aquí trabaja «{} Quispe»"),
            ("Yolanda", "Wilmer"),
        ),
        "phone": (("mi número es «{}»", "llámame al «{}»"), ("612 34 56 78", "+34 698-76-54-32")),
        "address": (("vivo en «{}»", "delante de «{}» está oscuro"),
                    ("calle Olmo 12", "avenida de la Paz 45, piso 3", "la calle de los Pinos número 7")),
        "email": (("escríbeme a «{}»",), ("yolanda@ejemplo.es", "whatsapp wilmer.q88")),
        "plate": (("el hombre del coche «{}»",), ("1234 BCD", "5678-FGH")),
        "date": (("fue el «{}»",), ("15 de marzo", "24-12-2024")),
        "school": (("mi hija va al «{}»",), ("colegio San Isidro", "instituto Clara Campoamor")),
    },
    "sq": {
        "name": (
            ("më quajnë «{}»", "emri im është «{}»", "fqinji im «{}» bërtet", "pyesni «zonjën {}»",
             "ai quhet «{}»", "këtu punon «{} Hoxha»"),
            ("Drita", "Besnik"),
        ),
        "phone": (("numri im është «{}»", "më telefononi «{}»"), ("069 123 4567", "+355 68-765-43-21")),
        "address": (("banoj në «{}»", "para «{}» është errësirë"),
                    ("rruga e Dëshmorëve 12", "Rr. Mimoza, nr. 45", "pallati 7, hyrja 3")),
        "email": (("më shkruani në «{}»",), ("drita@shembull.al", "facebook besnik.h1")),
        "plate": (("makina me targë «{}»",), ("AA 123 BB", "TR 4567 C")),
        "date": (("ndodhi më «{}»",), ("28 nëntor", "07.03.2025")),
        "school": (("djali im shkon te «{}»",), ("shkolla Naim Frashëri", "gjimnazi Sami Frashëri")),
    },
    "so": {
        "name": (
            ("magacaygu waa «{}»", "waxaa la i yiraahdaa «{}»", "deriskayga «{}» ayaa qayliya", "weydii «marwo {}»",
             "magaciisu waa «{}»", "halkan waxaa ka shaqeeya «{} Warsame»"),
            ("Hodan", "Liibaan"),
        ),
        "phone": (("lambarkaygu waa «{}»", "i soo wac «{}»"), ("061 512 3456", "+252-61-765-4321")),
        "address": (("waxaan degganahay «{}»", "hortiisa «{}» waa mugdi"),
                    ("jidka Maka Al Mukarama 12", "guri lambar 45", "waddada Sodonka, guriga 7")),
        "email": (("ii soo qor «{}»",), ("hodan@tusaale.so", "tiktok liibaan_05")),
        "plate": (("gaariga «{}» ayaa i daba socda",), ("taargo AB 1234", "AD 5678")),
        "date": (("waxay dhacday «{}»",), ("1 Luulyo", "12/10/2024")),
        "school": (("wiilkaygu wuxuu dhigtaa «{}»",), ("dugsiga Hamar Jajab", "iskuulka Mocallim Jaamac")),
    },
    "ti": {
        "name": (
            ("ስመይ «{}» እዩ", "ኣነ «{}» እበሃል", "ንወይዘሮ «{}» ሕተቱ", "ስሙ «{}» እዩ",
             "«ኣይተ {}» ኣብኡ ይሰርሕ", "«ዶክተር {}» ሓጊዙና"),
            ("ፍረወይኒ", "ገብረሂወት"),
        ),
        "phone": (("ቁጽረይ «{}»", "ደውሉለይ «{}»"), ("0911 123 456", "+291 7 123 456")),
        "address": (("ኣብ «{}» እነብር", "ቅድሚ «{}» ጸልማት እዩ"), ("ጎደና ሓርነት 12", "ገዛ ቁጽሪ 45", "ጎደና ሰማእታት ቁጽሪ ገዛ 7")),
        "email": (("ናብ «{}» ጽሓፉ",), ("freweini@example.er", "ቴሌግራም gebre_1")),
        "plate": (("እታ መኪና «{}» ትስዕበኒ",), ("ታርጋ 45678", "ER 1 2345")),
        "date": (("ኣብ «{}» ኮይኑ",), ("24 ግንቦት", "12/05/2024")),
        "school": (("ወደይ ኣብ «{}» ይመሃር",), ("ቤት ትምህርቲ ሰማእታት", "ቤት ትምህርቲ ቁጽሪ 4")),
    },
    "ur": {
        "name": (("میرا نام «{}» ہے", "«مسز {}» سے پوچھیں"), ("نادیہ", "کامران")),
        "phone": (("میرا نمبر «{}»",), ("۰۳۰۰ ۱۲۳۴۵۶۷",)),
        "address": (("میں «{}» میں رہتی ہوں",), ("گلی نمبر ۵ مکان ۱۲", "گلشن روڈ 45")),
    },
    "bn": {
        "name": (("আমার নাম «{}»", "«জনাব {}» কে জিজ্ঞাসা করুন"), ("শিউলি", "তানভীর")),
        "phone": (("আমার নম্বর «{}»",), ("০১৭১২-৩৪৫৬৭৮",)),
        "address": (("আমি «{}» থাকি",), ("বাড়ি ১২, রোড ৭", "৪৫ গোলাপ রোড")),
    },
    "zh": {
        "name": (("我叫«{}»", "请找«{}女士»"), ("王小兰", "陈美")),
        "phone": (("我的电话是«{}»",), ("138 1234 5678",)),
        "address": (("我住在«{}»",), ("和平路12号", "幸福小区3号楼")),
    },
}  # fmt: skip

ORDINARY: dict[str, tuple[str, ...]] = {
    "en": (
        "The street is dark at night", "Men stand there and stare at us", "I feel safe because there are families",
        "The bus stop has no light", "Bus number 12 comes only once an hour", "The police ask for papers near the station",
        "It is better after 18:00 when the shops are open", "I never walk there alone with my children",
        "The school is close and people are kind", "They shouted at me because of my scarf",
        "The park is clean and quiet in the morning", "There are 3 benches and a toilet", "Somebody followed me home",
        "I like the library, the women there help us", "Two lamps are broken since winter",
    ),
    "fr": (
        "La rue est sombre la nuit", "Il y a des hommes qui nous regardent", "Je me sens bien parce qu'il y a des familles",
        "L'arrêt de bus n'a pas de lumière", "Le bus 12 passe une fois par heure", "La police contrôle les papiers devant la gare",
        "C'est mieux après 18h quand les magasins sont ouverts", "Je n'y vais jamais seule avec les enfants",
        "L'école est proche et les gens sont gentils", "On m'a insultée à cause de mon foulard",
        "Le parc est propre et calme le matin", "Deux lampes sont cassées depuis l'hiver",
    ),
    "ar": (
        "الشارع مظلم في الليل", "يقف رجال هناك وينظرون إلينا", "أشعر بالأمان لأن هناك عائلات", "موقف الباص بلا ضوء",
        "الباص رقم 12 يأتي مرة في الساعة", "الشرطة تطلب الأوراق قرب المحطة", "أفضل بعد الساعة 18:00 عندما تفتح المحلات",
        "لا أمشي هناك وحدي أبداً مع أطفالي", "المدرسة قريبة والناس لطفاء", "صرخوا عليّ بسبب حجابي",
        "الحديقة نظيفة وهادئة في الصباح", "مصباحان مكسوران منذ الشتاء",
    ),
    "uk": (
        "Вулиця темна вночі", "Там стоять чоловіки і дивляться на нас", "Я почуваюся безпечно, бо є сім'ї",
        "На зупинці немає світла", "Автобус номер 12 ходить раз на годину", "Поліція перевіряє документи біля вокзалу",
        "Краще після 18:00, коли магазини відчинені", "Я ніколи не ходжу там сама з дітьми", "Школа близько, люди добрі",
        "На мене кричали через мову", "Парк чистий і тихий зранку", "Дві лампи розбиті з зими",
    ),
    "tr": (
        "Sokak gece karanlık", "Orada erkekler durup bize bakıyor", "Aileler olduğu için güvende hissediyorum",
        "Otobüs durağında ışık yok", "12 numaralı otobüs saatte bir geliyor", "Polis istasyonun önünde kimlik soruyor",
        "Dükkanlar açıkken 18:00'den sonra daha iyi", "Çocuklarla oraya yalnız gitmem", "Okul yakın ve insanlar iyi",
        "Başörtüm yüzünden bağırdılar", "Park sabah temiz ve sakin", "İki lamba kıştan beri bozuk",
    ),
    "ru": (
        "Улица тёмная ночью", "Там стоят мужчины и смотрят на нас", "Я чувствую себя спокойно, потому что там семьи",
        "На остановке нет света", "Автобус номер 12 ходит раз в час", "Полиция проверяет документы у вокзала",
        "Лучше после 18:00, когда магазины открыты", "Я никогда не хожу там одна с детьми", "Школа близко, люди добрые",
        "На меня кричали из-за платка", "Парк чистый и тихий утром", "Две лампы разбиты с зимы",
    ),
    "fa": (
        "خیابان شب تاریک است", "مردها آنجا می‌ایستند و نگاه می‌کنند", "احساس امنیت می‌کنم چون خانواده‌ها هستند",
        "ایستگاه اتوبوس چراغ ندارد", "اتوبوس شماره ۱۲ ساعتی یک بار می‌آید", "پلیس نزدیک ایستگاه مدارک می‌خواهد",
        "بعد از ساعت ۱۸ بهتر است چون مغازه‌ها باز است", "هرگز تنها با بچه‌ها آنجا نمی‌روم", "مدرسه نزدیک است و مردم مهربان‌اند",
        "به خاطر روسری سرم داد زدند", "پارک صبح تمیز و آرام است", "دو چراغ از زمستان خراب است",
    ),
    "ps": (
        "سړک د شپې تیاره دی", "هلته نارینه ولاړ وي او موږ ته ګوري", "زه ځان خوندي احساسوم ځکه کورنۍ شته",
        "د بس تمځای څراغ نه لري", "پولیس د اسنادو پوښتنه کوي", "د ماښام وروسته ښه دی چې دوکانونه خلاص وي",
        "زه هلته یوازې نه ځم", "ښوونځی نږدې دی او خلک مهربان دي", "زما د ټیکري له امله یې چیغې وهلې", "پارک سهار پاک او ارام وي",
    ),
    "es": (
        "La calle está oscura de noche", "Hay hombres que nos miran", "Me siento segura porque hay familias",
        "La parada del autobús no tiene luz", "El autobús 12 pasa una vez por hora", "La policía pide papeles cerca de la estación",
        "Es mejor después de las 18:00 cuando las tiendas están abiertas", "Nunca voy sola con mis hijos",
        "La escuela está cerca y la gente es amable", "Me gritaron por mi acento", "El parque está limpio por la mañana",
        "Dos lámparas están rotas desde el invierno",
    ),
    "sq": (
        "Rruga është e errët natën", "Atje rrinë burra dhe na shikojnë", "Ndihem e sigurt sepse ka familje",
        "Stacioni i autobusit nuk ka dritë", "Autobusi numër 12 vjen një herë në orë", "Policia kërkon letra pranë stacionit",
        "Është më mirë pas orës 18:00", "Nuk shkoj kurrë vetëm me fëmijët", "Shkolla është afër dhe njerëzit janë të mirë",
        "Më bërtitën për shkak të shamisë", "Parku është i pastër në mëngjes",
    ),
    "so": (
        "Waddadu habeenkii waa mugdi", "Rag baa halkaas taagan oo na eegaya", "Waan ku ammaanahay sababtoo ah qoysas ayaa jooga",
        "Baska joogsigiisu iftiin ma laha", "Baska lambar 12 saacaddiiba mar buu yimaadaa", "Booliisku waxay weydiiyaan waraaqo",
        "Way ka fiican tahay 18:00 kadib", "Keligay ma aado halkaas carruurta", "Dugsigu waa dhow yahay dadkuna waa wanaagsan yihiin",
        "Way igu qayliyeen xijaabkayga awgiis", "Beertu subaxdii waa nadiif",
    ),
    "ti": (
        "እቲ ጎደና ለይቲ ጸልማት እዩ", "ሰብኡት ኣብኡ ደው ኢሎም ይጥምቱና", "ስድራቤታት ስለ ዘለዉ ውሕስነት ይስምዓኒ", "ኣብ ፌርማታ ኣውቶቡስ መብራህቲ የለን",
        "ኣውቶቡስ ቁጽሪ 12 ኣብ ሰዓት ሓደ ግዜ ይመጽእ", "ፖሊስ ወረቐት ይሓቱ", "ድሕሪ ሰዓት 18:00 ይሓይሽ", "በይነይ ምስ ደቀይ ኣይከይድን",
        "ቤት ትምህርቲ ቀረባ እዩ", "እቲ መናፈሻ ንግሆ ጽሩይ እዩ",
    ),
    "ur": ("گلی رات کو اندھیری ہے", "وہاں مرد کھڑے ہو کر دیکھتے ہیں", "بس نمبر ۱۲ دیر سے آتی ہے", "اسکول قریب ہے اور لوگ اچھے ہیں", "پارک صبح صاف ہوتا ہے"),
    "bn": ("রাতে রাস্তা অন্ধকার", "সেখানে পুরুষরা তাকিয়ে থাকে", "১২ নম্বর বাস দেরিতে আসে", "স্কুল কাছে আছে", "পার্ক সকালে পরিষ্কার"),
    "zh": ("晚上街道很黑", "那里有男人盯着我们", "12路公交车一小时一班", "学校很近，人很好", "公园早上很干净"),
}  # fmt: skip


def seeded() -> Iterator[tuple[str, str, str, int, int]]:
    """Give language, kind, text, and where in the text the identifier stands."""
    for language, kinds in SEEDED.items():
        for kind, (templates, values) in kinds.items():
            for template in templates:
                for value in values:
                    marked = template.format(value)
                    start, end = marked.index("«"), marked.index("»") - 1
                    yield language, kind, marked.replace("«", "").replace("»", ""), start, end


# Written after the patterns, and no pattern was mended for them.
UNSEEN: tuple[tuple[str, str, str], ...] = (
    ("en", "name", "everyone here knows «Farida» from the bakery"),
    ("en", "phone", "text me on «0 7 7 0 0 9 0 0 4 5 6»"),
    ("en", "address", "the blue door at «31 Harcourt Terrace»"),
    ("en", "school", "we wait outside «Oakfield Academy»"),
    ("fr", "name", "le patron, «M. Delorme», ne paie pas"),
    ("fr", "address", "au «8, impasse du Moulin» il y a des rats"),
    ("fr", "phone", "mon portable : «07-11-22-33-44»"),
    ("fr", "date", "depuis le «1er septembre 2023»"),
    ("ar", "name", "زوجي «خالد» لا يسمح لي"),
    ("ar", "name", "المدير اسمه «زياد حمدان»"),
    ("ar", "address", "بيتنا في «حارة الياسمين رقم ٨»"),
    ("ar", "phone", "جوالي «٠٠٩٦٣ ٩٣٣ ١١١ ٢٢٢»"),
    ("uk", "name", "лікарка «Оксана Гнатюк» дуже добра"),
    ("uk", "address", "живу за адресою «провулок Тихий 5»"),
    ("uk", "phone", "«0 (50) 111-22-33» мій вайбер"),
    ("uk", "date", "народилася «1987»"),
    ("tr", "name", "müdür «Hakan Bey» bağırıyor"),
    ("tr", "address", "«Papatya Sokağı 3» karşısında"),
    ("tr", "phone", "telefonum «0 555 111 22 33»"),
    ("tr", "plate", "siyah araba «35 BK 7788»"),
    ("ru", "name", "хозяйка «Зульфия» не даёт ключ"),
    ("ru", "address", "мы в «переулке Тихом, дом 9»"),
    ("ru", "phone", "тел «89051112233»"),
    ("ru", "school", "у «гимназии № 3» всегда драки"),
    ("fa", "name", "صاحب‌خانه «آقای مرادی» تهدید می‌کند"),
    ("fa", "address", "ما در «کوچه لاله پلاک ۳» هستیم"),
    ("fa", "phone", "تلفن «۰۲۱-۸۸۷۷۶۶۵۵»"),
    ("fa", "school", "جلوی «دبیرستان فردوسی» شلوغ است"),
    ("ps", "name", "زما د خاوند نوم «جاوید» دی"),
    ("ps", "phone", "ټیلیفون «۰۷۹۹-۱۱۲۲۳۳»"),
    ("ps", "address", "زموږ «کور نمبر ۱۵ دریمه کوڅه»"),
    ("ps", "email", "«wazhma22@example.com» ته ولیکئ"),
    ("es", "name", "el dueño, «don Anselmo», nos grita"),
    ("es", "address", "estamos en el «paseo del Río 22, puerta 4»"),
    ("es", "phone", "mi móvil «6 1 1 2 2 3 3 4 4»"),
    ("es", "school", "a la salida del «CEIP Miguel Delibes»"),
    ("sq", "name", "pronari «Arben Leka» nuk paguan"),
    ("sq", "address", "shtëpia «Rruga Bardhyl, nr 18»"),
    ("sq", "phone", "celulari «0 6 8 1 1 2 2 3 3»"),
    ("sq", "date", "më «3 qershor 2024»"),
    ("so", "name", "milkiilaha «Cabdi Faarax» ma bixiyo"),
    ("so", "phone", "taleefan «+252 63 4455667»"),
    ("so", "address", "guriga «lambar 33, jidka Wadnaha»"),
    ("so", "email", "«@sahra_xasan» ii soo qor"),
    ("ti", "name", "ሰብኣየይ «ኪዳን» ኣይፈቅደለይን"),
    ("ti", "phone", "ተለፎነይ «0712 334 455»"),
    ("ti", "address", "«ገዛ ቁጽሪ 18 ጎደና ናጽነት»"),
    ("ti", "email", "«semhar@example.com» ጽሓፉለይ"),
)  # fmt: skip

ORDINARY_UNSEEN: tuple[str, ...] = (
    "It got better since they put a camera", "I meet other mothers at the playground", "Drunk men sit on the stairs",
    "The tunnel smells and nobody cleans it", "The doctor did not understand me", "There is a kind guard at the entrance",
    "Les gens parlent ma langue ici", "Le tunnel sent mauvais et personne ne nettoie", "Le médecin ne m'a pas comprise",
    "النفق رائحته كريهة ولا أحد ينظفه", "الطبيبة لم تفهمني", "هنا يتكلمون لغتي", "الحارس عند الباب لطيف",
    "У переході темно і брудно", "Лікар мене не зрозумів", "Тут говорять моєю мовою", "Alt geçit kirli ve kokuyor",
    "Doktor beni anlamadı", "Burada benim dilimi konuşuyorlar", "В переходе темно и грязно", "Врач меня не понял",
    "زیرگذر کثیف است و بوی بد می‌دهد", "دکتر حرف مرا نفهمید", "اینجا به زبان من حرف می‌زنند", "تونل ډېر چټل دی", "دلته زما په ژبه خبرې کوي",
    "El túnel huele mal y nadie lo limpia", "El médico no me entendió", "Aquí hablan mi idioma", "Tuneli është i pistë",
    "Mjeku nuk më kuptoi", "Këtu flasin gjuhën time", "Godka hoostiisa waa wasakh", "Dhakhtarku ima fahmin", "Halkan luqaddayda ayaa lagu hadlaa",
    "እቲ መሕለፊ ርሳሕ እዩ", "ሓኪም ኣይተረድኣንን", "ኣብዚ ብቋንቋይ ይዛረቡ",
)  # fmt: skip


def unseen() -> Iterator[tuple[str, str, str, int, int]]:
    """Give the identifiers of :data:`UNSEEN` as :func:`seeded` does."""
    for language, kind, marked in UNSEEN:
        start, end = marked.index("«"), marked.index("»") - 1
        yield language, kind, marked.replace("«", "").replace("»", ""), start, end

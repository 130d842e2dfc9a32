# Large shadow leaves (emulated machine)
# Makes ablation-large.svg and ablation-large.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,410 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,820 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-large.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Large shadow leaves}" at screen 0.012, screen 0.9561 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9024 left
set label "spt.large=off" at screen 0.024, screen 0.8488 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.large=on" at screen 0.214, screen 0.8488 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-7.60:0]
set lmargin at screen 0.453
set tmargin at screen 0.6976
set bmargin at screen 0.1805
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch (page=2M)" -1.90, "dense-sequential: warm (page=2M)" -2.90, "random: first-touch (page=2M)" -3.90, "random: update (page=2M)" -4.90, "pointer-chase: build (page=2M)" -5.90, "pointer-chase: chase (page=2M)" -6.90)
set label "{/:Bold Shadow, backing=2m}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.600
set logscale x 10
set xrange [7:2500]
set xtics ("10" 10, "100" 100, "1k" 1000) font ",11"
set label "instructions\nper operation" at screen 0.453, graph 1 offset 0,1.4 left font ",12"
plot "ablation-large.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-large.tsv" using (column("cost spt spt.large=on")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-large.tsv" using (column("cost spt spt.large=off")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-7.60:0]
set lmargin at screen 0.630
set tmargin at screen 0.6976
set bmargin at screen 0.1805
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch (page=2M)" -1.90, "dense-sequential: warm (page=2M)" -2.90, "random: first-touch (page=2M)" -3.90, "random: update (page=2M)" -4.90, "pointer-chase: build (page=2M)" -5.90, "pointer-chase: chase (page=2M)" -6.90)
unset ytics
set rmargin at screen 0.778
unset logscale x
set xrange [-0.007187:0.1437]
set xtics 0,0.05 font ",11"
set label "exits\nper operation" at screen 0.630, graph 1 offset 0,1.4 left font ",12"
plot "ablation-large.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-large.tsv" using (column("exits spt spt.large=on")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-large.tsv" using (column("exits spt spt.large=off")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-7.60:0]
set lmargin at screen 0.808
set tmargin at screen 0.6976
set bmargin at screen 0.1805
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch (page=2M)" -1.90, "dense-sequential: warm (page=2M)" -2.90, "random: first-touch (page=2M)" -3.90, "random: update (page=2M)" -4.90, "pointer-chase: build (page=2M)" -5.90, "pointer-chase: chase (page=2M)" -6.90)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-5.197:103.9]
set xtics 0,50 font ",11"
set label "KiB of tables\nat the end" at screen 0.808, graph 1 offset 0,1.4 left font ",12"
plot "ablation-large.tsv" using (column("table_bytes low")):(column("y")):(column("table_bytes span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-large.tsv" using (column("table_bytes spt spt.large=on")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-large.tsv" using (column("table_bytes spt spt.large=off")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
